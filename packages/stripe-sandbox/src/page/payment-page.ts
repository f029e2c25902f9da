// Payment page: the order on the left, the card form on the right.
import { escapeHtml } from '@cartwright/contracts'
import type { LineItem, Session } from '../state.ts'
import { amountText, badge, layout } from './layout.ts'

/** The test cards that the page offers. */
export const testCards = [
  { number: '4242 4242 4242 4242', what: 'pays' },
  { number: '4000 0000 0000 0002', what: 'declined' },
  { number: '4000 0025 0000 3155', what: '3‑D Secure' },
  { number: '4000 0000 0000 9995', what: 'no funds' },
]

/** The expiry date that a test card fills in. */
export const testExpiry = '12 / 34'

/** Input that the form shows again after a failed attempt; never the security code. */
export interface Entered {
  email: string
  holder: string
  /** The number that was entered, or the number of a test card. */
  card: string
  expiry: string
}

const mark =
  '<span class="mark" aria-hidden="true"><svg width="18" height="18" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2.2" stroke-linecap="round" stroke-linejoin="round"><path d="M3 5h3l2.2 10.2a1.5 1.5 0 0 0 1.5 1.2h7.4a1.5 1.5 0 0 0 1.5-1.2L20.5 8H7"/><circle cx="10" cy="20" r="1"/><circle cx="17" cy="20" r="1"/></svg></span>'

const itemRow = (item: LineItem): string =>
  `<li><b>${escapeHtml(item.description)}</b><span class="sum">${amountText(item.amount_total, item.currency)}</span><span>Qty ${item.quantity}${item.quantity > 1 ? ` · ${amountText(item.price.unit_amount, item.currency)} each` : ''}</span></li>`

const shopLine = (session: Session): string => {
  const name = `${mark}<span>Cartwright</span>${badge}`
  if (session.cancel_url === null) return `<p class="shop">${name}</p>`
  return `<a class="shop" href="${escapeHtml(session.cancel_url)}" title="Back to the shop without paying"><span class="back" aria-hidden="true">←</span>${name}<span class="hidden">Back to the shop</span></a>`
}

const summary = (session: Session, items: readonly LineItem[], leftSec: number): string => {
  const total = amountText(session.amount_total, session.currency)
  return `<section class="summary" aria-label="Your order"><div>${shopLine(session)}
<p class="due">Pay Cartwright</p><p class="total">${total}</p>
<ul class="items">${items.map(itemRow).join('')}<li class="grand"><b>Total due</b><span class="sum">${total}</span></li></ul>
<p class="open">Your items are reserved. This page expires in <b data-left="${leftSec}">${Math.ceil(leftSec / 60)} minutes</b>.</p></div></section>`
}

const digitsIn = (text: string): string => text.replaceAll(/\D/g, '')

const testHints = (current: string): string => {
  const link = ({ number, what }: { number: string; what: string }) =>
    `<li><a href="?card=${number.replaceAll(' ', '')}" title="${number}" data-card="${number}"${digitsIn(number) === digitsIn(current) ? ' aria-current="true"' : ''}><b>•• ${number.slice(-4)}</b> <span>${what}</span></a></li>`
  return `<div class="tests"><p><b>No money moves here.</b> Pick a test card:</p><ul>${testCards.map(link).join('')}</ul></div>`
}

/** @param card digits from the query; only a test number is used */
export const testCardOf = (card: string | undefined): string =>
  testCards.find(({ number }) => number.replaceAll(' ', '') === card)?.number ?? ''

/** The page. @param leftSec seconds until it expires */
export const paymentPage = (
  session: Session,
  items: readonly LineItem[],
  leftSec: number,
  entered: Entered,
  problem: string | null,
): string => {
  const total = amountText(session.amount_total, session.currency)
  // A test card fills in a code; after a failed attempt the shopper enters it again.
  const cvc = problem === null && entered.card !== '' ? '123' : ''
  const alert =
    problem === null
      ? ''
      : `<p class="alert" role="alert" id="card-error"><span aria-hidden="true">⚠</span><span>${escapeHtml(problem)}</span></p>`
  const giveUp =
    session.cancel_url === null
      ? ''
      : `<p class="fine"><a href="${escapeHtml(session.cancel_url)}">Cancel and go back to the shop</a></p>`
  return layout(
    `Pay ${total} · Cartwright`,
    `<main class="split">${summary(session, items, leftSec)}<section class="pay" aria-label="Payment"><div><h2>Pay with card</h2>${testHints(entered.card)}${alert}
<form method="post" action="/c/pay/${session.id}" autocomplete="on">
<div class="field"><label for="email">E-mail</label><input id="email" name="email" type="email" autocomplete="email" value="${escapeHtml(entered.email)}" placeholder="you@example.com"></div>
<fieldset class="field${problem === null ? '' : ' wrong'}"><legend class="hidden">Card details</legend><span class="label" aria-hidden="true">Card information</span><div class="card">
<input id="cardNumber" name="cardNumber" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" aria-label="Card number" value="${escapeHtml(entered.card)}"${problem === null ? '' : ' aria-invalid="true" aria-describedby="card-error"'} required>
<input id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="MM / YY" aria-label="Expiry date" value="${escapeHtml(entered.expiry)}">
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" aria-label="Security code" maxlength="4" value="${cvc}"></div></fieldset>
<div class="field"><label for="holder">Name on card</label><input id="holder" name="holder" autocomplete="cc-name" value="${escapeHtml(entered.holder)}" placeholder="Full name"></div>
<button class="primary">${problem === null ? 'Pay' : 'Try again: pay'} ${total}</button></form>
${giveUp}<p class="fine faint"><a href="/">Stripe sandbox</a> of a development shop</p></div></section></main>`,
  )
}
