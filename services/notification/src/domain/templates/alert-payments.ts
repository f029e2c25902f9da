// Mail template for operators: payment failures of one window, with a count.
import type { PaymentFailure } from '../../db/json-columns.ts'
import { type Localized, note, template, text } from './content.ts'

const lineOf = ({ kind, number, orderId, amount, reason, at }: PaymentFailure, { say, money, moment }: Localized) => ({
  name: say(kind === 'declined' ? 'alert-payments.declined' : 'alert-payments.failed', { number, reason }),
  detail: `${moment(at)}, ${orderId}`,
  amount: money(amount),
})

export const alertPayments = template<{ count: number; shown: PaymentFailure[] }>(({ count, shown }, reader) => {
  const { say } = reader
  const title = say('alert-payments.title', { count })
  return {
    subject: say('alert.subject', { title }),
    preview: shown.map(({ number, reason }) => `${number}: ${reason}`).join(', '),
    title,
    parts: [
      text(say('alert-payments.text')),
      { kind: 'goods', lines: shown.map((failure) => lineOf(failure, reader)), sums: [] },
      ...(count > shown.length ? [text(say('alert-payments.more', { count: count - shown.length }))] : []),
      note(say('alert-payments.note')),
    ],
  }
})
