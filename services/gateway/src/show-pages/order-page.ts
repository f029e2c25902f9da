// The order that a mail's link opens: what the shop knows of it now, readable without scripts.
import { formatMoney, type Money, type OrderPage } from '@cartwright/contracts'
import { escapeHtml, type Page, page } from './page.ts'

const amount = (money: Money): string => escapeHtml(formatMoney(money))

const moment = (iso: string): string =>
  `${new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(new Date(iso))} UTC`

const section = (title: string, inner: string): string => (inner === '' ? '' : `<h2>${title}</h2>${inner}`)

const row = (left: string, right: string, kind = ''): string =>
  `<tr${kind === '' ? '' : ` class="${kind}"`}><td>${left}</td><td>${right}</td></tr>`

const table = (rows: readonly string[]): string => (rows.length === 0 ? '' : `<table>${rows.join('')}</table>`)

const goods = ({ lines, subtotal, shipping, tax, discount, total }: OrderPage): string => {
  const between: [string, Money][] = [
    ['Shipping', shipping],
    ['Tax', tax],
    ['Discount', { ...discount, amountMinor: -discount.amountMinor }],
  ]
  const present = between.filter(([, money]) => money.amountMinor !== 0)
  return table([
    ...lines.map(({ name, quantity, unitPrice, lineTotal }) =>
      row(`${escapeHtml(name)}<small>${quantity} × ${amount(unitPrice)}</small>`, amount(lineTotal)),
    ),
    ...(present.length === 0 ? [] : [row('Subtotal', amount(subtotal), 'sum')]),
    ...present.map(([name, money]) => row(name, amount(money), 'sum')),
    row('Total', amount(total), 'total'),
  ])
}

const shipments = ({ shipments: sent, lines }: OrderPage): string => {
  const nameOf = (sku: string) => lines.find((line) => line.sku === sku)?.name ?? sku
  return table(
    sent.map(({ carrier, trackingNumber, at, lines: parts }) => {
      const what = parts.map(({ sku, quantity }) => `${quantity} × ${escapeHtml(nameOf(sku))}`).join(', ')
      return row(
        `${escapeHtml(carrier)} <code>${escapeHtml(trackingNumber)}</code><small>${what}</small>`,
        escapeHtml(moment(at)),
      )
    }),
  )
}

const refundWords = { pending: 'on its way to your card', succeeded: 'sent to your card', failed: 'did not work' } as const

const refunds = ({ refunds: made }: OrderPage): string =>
  table(made.map((refund) => row(`Refund, ${refundWords[refund.state]}`, amount(refund.amount))))

const statusWords: Readonly<Record<OrderPage['status'], string>> = {
  pending: 'Placed',
  processing: 'Paid and confirmed',
  shipped: 'Shipped',
  delivered: 'Delivered',
  cancelled: 'Cancelled',
}

const history = ({ history: entries }: OrderPage): string =>
  table(entries.map(({ to, at }) => row(statusWords[to], escapeHtml(moment(at)))))

const payLink = ({ payment }: OrderPage): string =>
  payment.state === 'open' && payment.url !== null && /^https?:/.test(payment.url)
    ? `<p class="actions"><a class="button" href="${escapeHtml(payment.url)}">Go on paying</a></p>`
    : ''

/** @param shopUrl where "back to the shop" leads */
export const orderPage = (order: OrderPage, shopUrl: string): Page => {
  const { number, message, createdAt } = order
  return page({
    title: `Order ${number}`,
    wide: true,
    body: `<div class="state ${message.mood}"><span class="dot" aria-hidden="true"></span>
<div><h1>${escapeHtml(message.title)}</h1><p>${escapeHtml(message.text)}</p></div></div>
${payLink(order)}
<p class="soft">Order <code>${escapeHtml(number)}</code>, placed ${escapeHtml(moment(createdAt))}</p>
${section('What you ordered', goods(order))}
${section('Shipments', shipments(order))}
${section('Refunds', refunds(order))}
${section('What happened', history(order))}
<p class="foot soft"><span>This page shows the order as it is now.</span><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>`,
  })
}

const trouble = (title: string, text: string, shopUrl: string): Page =>
  page({
    title: 'Your order',
    body: `<h1>${title}</h1><p>${text}</p><p class="foot soft"><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>`,
  })

/** For a ticket that opens nothing, whatever the reason. */
export const noOrderPage = (shopUrl: string): Page =>
  trouble(
    'This link opens no order',
    'It may have expired, or a part of it was lost on the way. Use the link in the newest mail about your order.',
    shopUrl,
  )

/** For an order that cannot be read right now. */
export const orderAwayPage = (shopUrl: string): Page =>
  trouble('We cannot show your order right now', 'Nothing about it has changed. Reload this page in a moment.', shopUrl)
