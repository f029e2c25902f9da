// Order page that a mail links to: shows the order's current state without scripts, in its reader's language.
import { discountsOf, escapeHtml, formatMoney, gatewayApi, type Money, type OrderPage, priceRows } from '@cartwright/contracts'
import { type Page, page, type ShownShop } from '../../domain/page.ts'
import { type PageTexts, textsIn } from '../../domain/page-texts.ts'

/** What the parts of the page need beside the order. */
interface Writer {
  texts: PageTexts
  /** Escaped. */
  amount(money: Money): string
  /** Escaped; with the time zone. */
  time(iso: string): string
}

const writerFor = (locale: string, timeZone: string): Writer => {
  const texts = textsIn(locale)
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone })
  const named = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' })
  const zoneAt = (at: Date) => named.formatToParts(at).find(({ type }) => type === 'timeZoneName')?.value ?? timeZone
  return {
    texts,
    amount: (money) => escapeHtml(formatMoney(money, locale)),
    time: (iso) => escapeHtml(texts.moment(moment.format(new Date(iso)), zoneAt(new Date(iso)))),
  }
}

const section = (title: string, inner: string): string => (inner === '' ? '' : `<h2>${title}</h2>${inner}`)

const row = (left: string, right: string, kind = ''): string =>
  `<tr${kind === '' ? '' : ` class="${kind}"`}><td>${left}</td><td>${right}</td></tr>`

const table = (rows: readonly string[]): string => (rows.length === 0 ? '' : `<table>${rows.join('')}</table>`)

const orderLines = (order: OrderPage, { texts, amount }: Writer): string =>
  table([
    ...order.lines.map(({ name, quantity, unitPrice, lineTotal, cancelledQuantity: cancelled }) => {
      const note = cancelled > 0 ? `<small>${texts.orderPage.cancelled(cancelled)}</small>` : ''
      return row(`${escapeHtml(name)}<small>${quantity} × ${amount(unitPrice)}</small>${note}`, amount(lineTotal))
    }),
    ...priceRows({ ...order, discounts: discountsOf([...order.lines, order.shippingOption ?? {}]) }, order.locale).map(
      ({ kind, label, amount: sum }) => row(escapeHtml(label), amount(sum), kind === 'total' ? 'total' : 'sum'),
    ),
  ])

/** Link to the carrier's page of a parcel; nothing for unknown carriers. */
const trackLink = ({ trackingUrl }: OrderPage['shipments'][number], { texts }: Writer): string =>
  trackingUrl?.startsWith('https://') ? `<small><a href="${escapeHtml(trackingUrl)}">${texts.orderPage.track}</a></small>` : ''

const shipments = ({ shipments: sent, lines }: OrderPage, writer: Writer): string => {
  const nameOf = (sku: string) => lines.find((line) => line.sku === sku)?.name ?? sku
  return table(
    sent.map((shipment) => {
      const { carrier, trackingNumber, at, lines: parts } = shipment
      const what = parts.map(({ sku, quantity }) => `${quantity} × ${escapeHtml(nameOf(sku))}`).join(', ')
      return row(
        `${escapeHtml(carrier)} <code>${escapeHtml(trackingNumber)}</code><small>${what}</small>${trackLink(shipment, writer)}`,
        writer.time(at),
      )
    }),
  )
}

const refunds = ({ refunds: made }: OrderPage, { texts, amount }: Writer): string =>
  table(made.map((refund) => row(texts.refundStates[refund.state], amount(refund.amount))))

const history = ({ history: entries }: OrderPage, { texts, time }: Writer): string =>
  table(entries.map(({ to, at }) => row(texts.statuses[to], time(at))))

const payLink = ({ payment }: OrderPage, { texts }: Writer): string =>
  payment.state === 'open' && payment.url !== null && /^https?:/.test(payment.url)
    ? `<p class="actions"><a class="button" href="${escapeHtml(payment.url)}">${texts.goOnPaying}</a></p>`
    : ''

export const orderPage = (order: OrderPage, shop: ShownShop, timeZone: string): Page => {
  const { number, message, createdAt, locale } = order
  const writer = writerFor(locale, timeZone)
  const { texts } = writer
  const names = texts.orderPage
  return page({
    shop,
    locale,
    title: `${texts.order} ${number}`,
    wide: true,
    body: `<div class="state ${message.mood}"><span class="dot" aria-hidden="true"></span>
<div><h1>${escapeHtml(message.title)}</h1><p>${escapeHtml(message.text)}</p></div></div>
${payLink(order, writer)}
<p class="soft">${texts.order} <code>${escapeHtml(number)}</code>, ${names.placed(writer.time(createdAt))}</p>
${section(names.lines, orderLines(order, writer))}
${section(names.shipments, shipments(order, writer))}
${section(names.refunds, refunds(order, writer))}
${section(names.history, history(order, writer))}
<p class="foot soft"><span>${names.foot}</span><a href="${gatewayApi.withdrawalPage.path}?number=${encodeURIComponent(number)}&amp;locale=${encodeURIComponent(locale)}">${texts.withdrawal.link}</a><a href="${escapeHtml(shop.url)}">${texts.toShop}</a></p>`,
  })
}

/** @param why `none` for an invalid ticket, without the reason; `unavailable` while the order service does not answer */
export const noOrderPage = (why: 'none' | 'unavailable', shop: ShownShop, locale: string): Page => {
  const texts = textsIn(locale)
  const [title, text] = texts.orderPage[why]
  return page({
    shop,
    locale,
    title: texts.yourOrder,
    body: `<h1>${title}</h1><p>${text}</p><p class="foot soft"><a href="${escapeHtml(shop.url)}">${texts.toShop}</a></p>`,
  })
}
