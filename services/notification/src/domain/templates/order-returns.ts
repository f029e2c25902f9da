// Mail templates of returns: asked for, approved, rejected, arrived. They differ in their texts, and one gives a reason.
import { type Localized, note, type Part, template, text } from './content.ts'
import { countedGoods, orderLink } from './order-parts.ts'

interface ReturnedGoods {
  number: string
  lines: { sku: string; name: string; quantity: number }[]
}

type Mail = 'return-requested' | 'return-approved' | 'return-rejected' | 'return-received'

const returnMail = (mail: Mail, { number, lines }: ReturnedGoods, reader: Localized, further: readonly Part[]) => ({
  subject: reader.say(`${mail}.subject`, { number }),
  preview: reader.say(`${mail}.preview`),
  title: reader.say(`${mail}.title`),
  parts: [
    text(reader.say(`${mail}.text`, { number })),
    ...further,
    countedGoods(lines),
    ...orderLink(reader),
    ...(mail === 'return-received' ? [] : [note(reader.say(`${mail}.note`))]),
  ],
})

const plainMail = (mail: Mail) => template<ReturnedGoods>((goods, reader) => returnMail(mail, goods, reader, []))

export const returnRequested = plainMail('return-requested')
export const returnApproved = plainMail('return-approved')
export const returnReceived = plainMail('return-received')
export const returnRejected = template<ReturnedGoods & { reason: string }>(({ reason, ...goods }, reader) =>
  returnMail('return-rejected', goods, reader, [text(reader.say('return-rejected.reason', { reason }))]),
)
