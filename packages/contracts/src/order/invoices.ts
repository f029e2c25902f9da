// Invoices and credit notes: numbered documents about an order’s money.
import { type Static, Type } from 'typebox'
import { Closed, Moment, Money, Nullable, named, OneOf, Page, pageQuery, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { eur, exampleIds, examplePage, exampleTime } from '../examples.ts'
import { OrderId } from './lines.ts'
import { orderParams } from './schemas.ts'

/** `credit_note`: money went back. `cancellation`: the bank refused that money after the credit note was issued, which is void. */
export const InvoiceKind = named('InvoiceKind', OneOf('invoice', 'credit_note', 'cancellation'))
export type InvoiceKind = Static<typeof InvoiceKind>

export const InvoiceNumber = Type.String({
  pattern: '^[A-Za-z0-9-]{6,40}$',
  description: 'Without a gap per seller and year; invoices and credit notes count apart',
})

export const Invoice = named(
  'Invoice',
  Type.Object({
    number: InvoiceNumber,
    kind: InvoiceKind,
    orderId: OrderId,
    refundId: Nullable(Type.String()),
    total: Money,
    issuedAt: Time,
  }),
)
export type Invoice = Static<typeof Invoice>

const example: Invoice = {
  number: 'INV-2026-000017',
  kind: 'invoice',
  orderId: exampleIds.order,
  refundId: null,
  total: eur(4500),
  issuedAt: exampleTime(5),
}
const creditNote: Invoice = {
  ...example,
  number: 'CN-2026-000003',
  kind: 'credit_note',
  refundId: exampleIds.refund,
  total: eur(1450),
}
const Pdf = Type.Unsafe<Uint8Array>(Type.String({ description: 'A PDF document' }))
const pdf = { produces: 'application/pdf', success: 200, response: { 200: Pdf } } as const
const examplePdf = '%PDF-1.7'
const numberParams = Closed({ number: InvoiceNumber })

export const invoiceApi = {
  getInvoicePdf: endpoint({
    operationId: 'getInvoicePdf',
    method: 'GET',
    path: '/v1/orders/:orderId/invoice.pdf',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    summary: 'Get an order’s invoice',
    description:
      'Returns the invoice of a paid order as PDF, in the language of the order. An order that was never paid has none.',
    params: orderParams,
    ...pdf,
    errors: ['not_found', 'order_state'],
    examples: { params: { orderId: exampleIds.order }, response: examplePdf },
  }),
  listInvoices: endpoint({
    operationId: 'listOrderInvoices',
    method: 'GET',
    path: '/v1/orders/:orderId/invoices',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    summary: 'List an order’s invoices',
    description: 'Returns the invoice of an order and the credit notes of its refunds, oldest first.',
    params: orderParams,
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(Invoice) }) },
    errors: ['not_found'],
    examples: { params: { orderId: exampleIds.order }, response: { items: [example, creditNote] } },
  }),
  getCreditNotePdf: endpoint({
    operationId: 'getCreditNotePdf',
    method: 'GET',
    path: '/v1/orders/:orderId/invoices/:number',
    auth: 'shopper',
    orderToken: true,
    rate: 'read',
    summary: 'Get one document',
    description: 'Returns an invoice or credit note of the order by its number, as PDF.',
    params: Closed({ orderId: OrderId, number: InvoiceNumber }),
    ...pdf,
    errors: ['not_found'],
    examples: { params: { orderId: exampleIds.order, number: creditNote.number }, response: examplePdf },
  }),
  adminListInvoices: endpoint({
    operationId: 'adminListInvoices',
    method: 'GET',
    path: '/v1/admin/invoices',
    auth: 'admin',
    rate: 'read',
    summary: 'List all invoices',
    description: 'Returns invoices and credit notes of all orders, newest first; `from` and `to` are moments of issue.',
    query: Closed({
      ...pageQuery,
      kind: Type.Optional(InvoiceKind),
      from: Type.Optional(Moment),
      to: Type.Optional(Moment),
    }),
    success: 200,
    response: { 200: Page(Invoice) },
    errors: [],
    examples: { query: { kind: 'credit_note', limit: 20 }, response: examplePage(creditNote) },
  }),
  adminGetInvoice: endpoint({
    operationId: 'adminGetInvoicePdf',
    method: 'GET',
    path: '/v1/admin/invoices/:number',
    auth: 'admin',
    rate: 'read',
    summary: 'Get any invoice',
    description: 'Returns an invoice or credit note of any order by its number, as PDF.',
    params: numberParams,
    ...pdf,
    errors: ['not_found'],
    examples: { params: { number: example.number }, response: examplePdf },
  }),
} satisfies Record<string, Endpoint>
