// Mail templates of a withdrawal: the code that confirms it, and the receipt.
import { codeOf, note, template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

export const withdrawalCode = template<{ number: string; minutes: number }>(({ number, minutes }, reader) => ({
  subject: reader.say('withdrawal-code.subject', { number }),
  preview: reader.say('withdrawal-code.preview'),
  title: reader.say('withdrawal-code.title'),
  parts: [
    text(reader.say('withdrawal-code.enter', { number })),
    { kind: 'code', code: codeOf(reader) },
    text(reader.say('withdrawal-code.lasts', { count: minutes })),
    note(reader.say('withdrawal-code.note')),
  ],
}))

/** The receipt is the stored text of order, word for word: each of its lines is a paragraph. */
export const withdrawalReceipt = template<{ number: string; receipt: string }>(({ number, receipt }, reader) => ({
  subject: reader.say('withdrawal-receipt.subject', { number }),
  preview: reader.say('withdrawal-receipt.preview'),
  title: reader.say('withdrawal-receipt.title'),
  parts: [...receipt.split('\n').map(text), ...orderLink(reader)],
}))
