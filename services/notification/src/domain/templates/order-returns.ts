// Mail templates of returns: asked for, approved, rejected, arrived.
import { note, template, text } from './content.ts'
import { countedGoods, orderLink } from './order-parts.ts'

interface ReturnedGoods {
  number: string
  lines: { sku: string; name: string; quantity: number }[]
}

export const returnRequested = template<ReturnedGoods>(({ number, lines }, reader) => ({
  subject: reader.say('return-requested.subject', { number }),
  preview: reader.say('return-requested.preview'),
  title: reader.say('return-requested.title'),
  parts: [
    text(reader.say('return-requested.text', { number })),
    countedGoods(lines),
    ...orderLink(reader),
    note(reader.say('return-requested.note')),
  ],
}))

export const returnApproved = template<ReturnedGoods>(({ number, lines }, reader) => ({
  subject: reader.say('return-approved.subject', { number }),
  preview: reader.say('return-approved.preview'),
  title: reader.say('return-approved.title'),
  parts: [
    text(reader.say('return-approved.text', { number })),
    countedGoods(lines),
    ...orderLink(reader),
    note(reader.say('return-approved.note')),
  ],
}))

export const returnRejected = template<ReturnedGoods & { reason: string }>(({ number, lines, reason }, reader) => ({
  subject: reader.say('return-rejected.subject', { number }),
  preview: reader.say('return-rejected.preview'),
  title: reader.say('return-rejected.title'),
  parts: [
    text(reader.say('return-rejected.text', { number })),
    text(reader.say('return-rejected.reason', { reason })),
    countedGoods(lines),
    ...orderLink(reader),
    note(reader.say('return-rejected.note')),
  ],
}))

export const returnReceived = template<ReturnedGoods>(({ number, lines }, reader) => ({
  subject: reader.say('return-received.subject', { number }),
  preview: reader.say('return-received.preview'),
  title: reader.say('return-received.title'),
  parts: [text(reader.say('return-received.text', { number })), countedGoods(lines), ...orderLink(reader)],
}))
