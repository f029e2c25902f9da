// Rows about what follows a sale: returns, withdrawals and documents.

export interface ReturnRow {
  id: string
  order_id: string
  state: string
  return_lines: string
  refund_id: string | null
}
export interface WithdrawalRow {
  id: string
  order_id: string
}
export interface InvoiceRow {
  number: string
  prefix: string
  year: number
  serial: number
  kind: string
  order_id: string
  /** Empty for an invoice. */
  refund_id: string
  total_minor: number
  currency: string
}
export interface InvoiceSeriesRow {
  prefix: string
  year: number
  last_serial: number
}
