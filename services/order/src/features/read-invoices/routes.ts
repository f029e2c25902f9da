// Routes that read invoices and credit notes, as lists and as PDF. A document that is due is issued when it is asked for.
import { AppError, type OrderStatus, orderApi } from '@cartwright/contracts'
import { type Sql, sql } from '@cartwright/db'
import { reply } from '@cartwright/service-kit'
import type { InvoiceRow } from '../../db/generated/rows.ts'
import {
  addDue,
  findInvoice,
  findInvoiceOf,
  invoiceView,
  isDue,
  listInvoices as listAll,
  listOfOrder,
} from '../../db/invoices.ts'
import { invoiceBuyerColumn, invoiceContentColumn } from '../../db/json-columns.ts'
import { findOrder, type OrderRow } from '../../db/orders.ts'
import { type OrderDeps, route } from '../../deps.ts'
import { issueDue } from '../../domain/invoices.ts'
import { stateRefusal } from '../../domain/order.ts'
import { printInvoice } from '../../integrations/invoice-pdf.ts'

const printed = async (row: InvoiceRow, { shared, invoicePdfs }: OrderDeps) => {
  const buyer = invoiceBuyerColumn.parseOrNull(row.buyer)
  const body = await invoicePdfs.get(buyer === null ? row.number : `${row.number} with its buyer`, () =>
    printInvoice({
      number: row.number,
      kind: row.kind,
      issuedAt: row.issued_at,
      content: invoiceContentColumn.parse(row.content),
      buyer,
      timeZone: shared.timeZone,
    }),
  )
  return reply(200, body, {
    'content-type': 'application/pdf',
    'content-disposition': `inline; filename="${row.number}.pdf"`,
  })
}

const ownOrder = async ({ db }: OrderDeps, orderId: string, principalId: string) => {
  const order = await findOrder(db, sql`id = ${orderId} AND principal_id = ${principalId}`)
  if (order === null) throw new AppError('not_found')
  return order
}

const confirmed: readonly OrderStatus[] = ['processing', 'shipped', 'delivered']

/** Issues what is due for an order. An order that was confirmed before there were invoices gets one when it is asked for. */
const issueFor = ({ id, status, payment_status }: OrderRow, deps: OrderDeps): Promise<boolean> =>
  deps.db.tx(async (tx) => {
    const isInvoiced = confirmed.includes(status) && payment_status !== 'not_required'
    if (isInvoiced && (await findInvoiceOf(tx, id)) === null) addDue(tx, id, 'invoice')
    return issueDue(tx, deps, id)
  })

/** Documents of an order. A transaction is opened only when one is missing. */
const documentsOf = async (order: OrderRow, deps: OrderDeps): Promise<InvoiceRow[]> => {
  const known = await listOfOrder(deps.db, order.id)
  const lacksInvoice = confirmed.includes(order.status) && !known.some(({ kind }) => kind === 'invoice')
  if (!lacksInvoice && !(await isDue(deps.db, order.id))) return known
  await issueFor(order, deps)
  return listOfOrder(deps.db, order.id)
}

export const getInvoicePdf = route(orderApi.getInvoicePdf, async ({ request, deps }) => {
  const { orderId } = request.params
  const order = await ownOrder(deps, orderId, request.principal.id)
  const read = () => findInvoiceOf(deps.db, orderId)
  let invoice = await read()
  if (invoice === null) {
    await issueFor(order, deps)
    invoice = await read()
  }
  if (invoice === null) throw stateRefusal(order, 'an invoice is issued when an order is paid')
  return printed(invoice, deps)
})

export const listInvoices = route(orderApi.listInvoices, async ({ request, deps }) => {
  const { orderId } = request.params
  const order = await ownOrder(deps, orderId, request.principal.id)
  return { items: (await documentsOf(order, deps)).map(invoiceView) }
})

const printOne = async (condition: Sql, deps: OrderDeps) => {
  const invoice = await findInvoice(deps.db, condition)
  if (invoice === null) throw new AppError('not_found')
  return printed(invoice, deps)
}

export const getCreditNotePdf = route(orderApi.getCreditNotePdf, async ({ request, deps }) => {
  const { orderId, number } = request.params
  await ownOrder(deps, orderId, request.principal.id)
  return printOne(sql`number = ${number} AND order_id = ${orderId}`, deps)
})

export const adminListInvoices = route(orderApi.adminListInvoices, ({ request, deps }) => {
  const { limit = 20, cursor, ...filter } = request.query
  return listAll(deps.db, filter, limit, cursor)
})

export const adminGetInvoice = route(orderApi.adminGetInvoice, ({ request, deps }) =>
  printOne(sql`number = ${request.params.number}`, deps),
)
