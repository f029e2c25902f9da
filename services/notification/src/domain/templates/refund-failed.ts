// Mail template: a refund did not reach the card; the shop repairs it.
import type { Money } from '@cartwright/contracts'
import { note, template, text } from './content.ts'
import { orderLink } from './order-parts.ts'

export const refundFailed = template<{ number: string; amount: Money }>(({ number, amount: owed }, reader) => {
  const { say, money } = reader
  const amount = money(owed)
  return {
    subject: say('refund-failed.subject', { number }),
    preview: say('refund-failed.preview', { amount }),
    title: say('refund-failed.title'),
    parts: [
      text(say('refund-failed.text', { amount, number })),
      text(say('refund-failed.promise')),
      note(say('refund-failed.note')),
      ...orderLink(reader),
    ],
  }
})
