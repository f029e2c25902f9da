// I14, invoices: numbers without a gap, one invoice per sale that was paid, and credit notes that match the refunds.
import type { InvoiceRow } from '../collected-state/after-sale-rows.ts'
import { type CollectedState, type OrderRow, sum, type Violation } from '../collected-state/rows.ts'

const seriesViolations = ({ invoices, invoiceSeries }: CollectedState): Violation[] => {
  const nameOf = ({ prefix, year }: { prefix: string; year: number }) => `${prefix}-${year}`
  const violation = (subject: string, what: string): Violation => ({ invariant: 'I14 invoices', subject, what })
  const bySeries = Map.groupBy(invoices, nameOf)
  const known = new Set(invoiceSeries.map(nameOf))
  return [
    ...invoiceSeries.flatMap((series) => {
      const serials = (bySeries.get(nameOf(series)) ?? []).map(({ serial }) => serial).toSorted((a, b) => a - b)
      const wrong = serials.findIndex((serial, index) => serial !== index + 1)
      if (wrong >= 0) return [violation(nameOf(series), `number ${wrong + 1} of the series is ${serials[wrong]}`)]
      return serials.length === series.last_serial
        ? []
        : [violation(nameOf(series), `${serials.length} documents have numbers, and the series has given ${series.last_serial}`)]
    }),
    ...[...bySeries.keys()]
      .filter((name) => !known.has(name))
      .map((name) => violation(name, 'documents have numbers of a series that does not exist')),
  ]
}

const amountsOf = (documents: readonly InvoiceRow[], kind: string, refundId: string): number[] =>
  documents.filter((row) => row.kind === kind && row.refund_id === refundId).map((row) => row.total_minor)

const orderViolations = (collected: CollectedState, order: OrderRow): string[] => {
  const documents = collected.invoices.filter((row) => row.order_id === order.id)
  const wasSold = collected.history.some((entry) => entry.order_id === order.id && entry.to_status === 'processing')
  const invoices = documents.filter(({ kind }) => kind === 'invoice')
  // A free order has nothing to be invoiced.
  const wanted = wasSold && order.total_minor > 0 ? 1 : 0
  const broken: string[] = []
  if (invoices.length !== wanted) broken.push(`the order has ${invoices.length} invoices, and should have ${wanted}`)
  const other = invoices.find((row) => row.total_minor !== order.total_minor || row.currency !== order.currency)
  if (other)
    broken.push(`invoice ${other.number} says ${other.total_minor} ${other.currency}, and the order ${order.total_minor}`)
  const refunds = collected.refunds.filter((row) => row.order_id === order.id)
  for (const { refund_id: id, number } of documents)
    if (id !== '' && !refunds.some((refund) => refund.id === id)) broken.push(`${number} names ${id}, which is no refund of it`)
  if (wanted === 0) return broken
  for (const { id, amount_minor: amount, state } of refunds) {
    const [credits, cancelled] = [amountsOf(documents, 'credit_note', id), amountsOf(documents, 'cancellation', id)]
    const due = state === 'succeeded' ? amount : 0
    if (credits.length > 1 || cancelled.length > 1 || sum(credits) - sum(cancelled) !== due)
      broken.push(`refund ${id} of ${amount} is ${state}, and is credited by [${credits}] and cancelled by [${cancelled}]`)
  }
  return broken
}

/** I14: the numbers of each series have no gap, and the documents of each order match its total and its refunds. */
export const invoices = (collected: CollectedState): Violation[] => [
  ...seriesViolations(collected),
  ...collected.orders.flatMap((order) =>
    orderViolations(collected, order).map((what) => ({ invariant: 'I14 invoices', subject: order.id, what })),
  ),
]
