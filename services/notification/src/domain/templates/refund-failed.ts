// Mail template: a refund did not reach the card; the shop repairs it.
import { note, template, text } from './content.ts'
import { orderLink, type Refunded, refundedGoods } from './order-parts.ts'

export const refundFailed = template<{ number: string } & Refunded>(({ number, ...owed }, reader) => {
  const { say, money } = reader
  const amount = money(owed.amount)
  return {
    subject: say('refund-failed.subject', { number }),
    preview: say('refund-failed.preview', { amount }),
    title: say('refund-failed.title'),
    parts: [
      text(say('refund-failed.text', { amount, number })),
      text(say('refund-failed.promise')),
      refundedGoods(owed, reader),
      note(say('refund-failed.note')),
      ...orderLink(reader),
    ],
  }
})
