// JSON columns of order, validated by the schemas of the contracts.
import {
  Address,
  AppliedTax,
  CancellationId,
  CountedLine,
  Money,
  Nullable,
  OneOf,
  Order,
  PlacedLine,
  PriceDetails,
  PriceRules,
  Return,
  TaxClass,
  TaxRate,
  Time,
  Totals,
} from '@cartwright/contracts'
import { json } from '@cartwright/db'
import { type Static, Type } from 'typebox'

/** A dispute of the order's payment. `outcome` is null while the dispute is open. */
const Dispute = Type.Object({
  id: Type.String(),
  amount: Money,
  reason: Type.String(),
  dueAt: Nullable(Time),
  outcome: Nullable(OneOf('won', 'lost')),
})
export type Dispute = Static<typeof Dispute>

/** Units that were cancelled together before they were shipped. `refundMinor` of a line is its share of what was paid for it. */
const LineCancellation = Type.Object({
  id: CancellationId,
  at: Time,
  lines: Type.Array(Type.Object({ lineId: Type.String(), ...CountedLine.properties, refundMinor: Type.Integer() })),
  /** The refund that was asked for; null when nothing was left to refund. */
  refundId: Nullable(Type.String()),
  refundMinor: Type.Integer(),
})
export type LineCancellation = Static<typeof LineCancellation>

/**
 * What a refund credits. `lines` are the goods that it pays for; a free amount has none. `parts` add up to the refund: `of` is a line's id,
 * or another part of the total such as shipping, and `amountMinor` holds the taxes of the part.
 */
const RefundCredit = Type.Object({
  lines: Type.Array(Type.Object({ lineId: Type.String(), ...CountedLine.properties, refundMinor: Type.Integer() })),
  parts: Type.Array(Type.Object({ of: Type.String(), amountMinor: Type.Integer(), taxes: Type.Array(AppliedTax) })),
})
export type RefundCredit = Static<typeof RefundCredit>

const { taxes, shippingOption, addresses, lastDecline, shipments } = Order.properties

export const orderLinesColumn = json('customer_order.order_lines', Type.Array(PlacedLine))
export const orderTaxesColumn = json('customer_order.order_taxes', taxes)
export const shippingOptionColumn = json('customer_order.shipping_option', shippingOption)
export const addressesColumn = json('customer_order.addresses', addresses)
export const lastDeclineColumn = json('customer_order.last_decline', lastDecline)
export const disputesColumn = json('customer_order.disputes', Type.Array(Dispute))
export const lineCancellationsColumn = json('customer_order.line_cancellations', Type.Array(LineCancellation))
export const refundCreditColumn = json('refund.credit', RefundCredit)
export const shippedLinesColumn = json('shipment.shipped_lines', shipments.items.properties.lines)
export const ruleSetColumn = json('price_rules.rule_set', PriceRules)

/** What a price was calculated from beside its rule set. `taxRates` are those of a provider, in place of the rule set's own. */
const PriceInput = Type.Object({
  lines: Type.Array(
    Type.Object({
      id: Type.String(),
      sku: Type.String(),
      quantity: Type.Integer(),
      unitPrice: Money,
      categoryIds: Type.Optional(Type.Array(Type.String())),
      taxClass: Type.Optional(TaxClass),
      weightGrams: Type.Optional(Type.Integer()),
      requiresShipping: Type.Optional(Type.Boolean()),
    }),
  ),
  currency: Type.String(),
  destination: Type.Optional(Type.Object({ country: Type.String(), region: Type.Optional(Type.String()) })),
  shippingOptionId: Type.Optional(Type.String()),
  codes: Type.Array(Type.Object({ code: Type.String(), promotionId: Type.String() })),
  usedUp: Type.Optional(Type.Array(Type.String())),
  customer: Type.Optional(Type.Object({ isFirstOrder: Type.Boolean() })),
  at: Time,
  taxRates: Type.Optional(Type.Array(TaxRate)),
})
export type PriceInput = Static<typeof PriceInput>

export const priceInputColumn = json('order_price_input.input', PriceInput)
export const frozenRulesColumn = json('price_rule_set.rule_set', PriceRules)

/** Who sells: what the law wants on an invoice. */
const InvoiceSeller = Type.Object({
  name: Type.String(),
  address: Type.Array(Type.String()),
  taxId: Type.String(),
  email: Type.String(),
})
export type InvoiceSeller = Static<typeof InvoiceSeller>

/**
 * What an invoice or a credit note prints. A credit note gives back a part of the invoice that it names; it has lines when goods were
 * cancelled or returned, with what is paid back for them.
 */
const InvoiceContent = Type.Object({
  seller: InvoiceSeller,
  order: Type.Object({ number: Type.String(), placedAt: Time }),
  locale: Type.String(),
  invoiceNumber: Nullable(Type.String()),
  lines: Type.Array(
    Type.Object({ name: Type.String(), sku: Type.String(), quantity: Type.Integer(), unitPrice: Money, lineTotal: Money }),
  ),
  totals: Nullable(Totals),
  taxIncluded: Type.Boolean(),
  taxes: Type.Array(AppliedTax),
  discounts: PriceDetails.properties.discounts,
  shippingOption: PriceDetails.properties.shippingOption,
  total: Money,
})
export type InvoiceContent = Static<typeof InvoiceContent>

export const invoiceContentColumn = json('invoice.content', InvoiceContent)
export const invoiceBuyerColumn = json('invoice.buyer', Address)

export const returnLinesColumn = json('order_return.return_lines', Return.properties.lines)
