// Payment page: the order on the left, the card form on the right.
import { sign } from '@cartwright/brand'
import { escapeHtml } from '@cartwright/contracts'
import type { LineItem, Session } from '../state.ts'
import { amountText, badge, layout } from './layout.ts'
import type { PageLanguage } from './texts.ts'

/** The test cards that the page offers. */
export const testCards = [
  { number: '4242 4242 4242 4242', what: 'pays' },
  { number: '4000 0000 0000 0002', what: 'declined' },
  { number: '4000 0025 0000 3155', what: 'secure' },
  { number: '4000 0000 0000 9995', what: 'funds' },
] as const

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

const mark = `<span class="mark">${sign}</span>`

/** The name of an item with its sum; below it what promotions did to it, and how many there are of it. */
const itemRow = (item: LineItem, { texts, locale }: PageLanguage): string => {
  const amount = (minor: number) => amountText(minor, item.currency, locale)
  const below = [
    ...(item.details ? [escapeHtml(item.details)] : []),
    ...(item.quantity > 1 ? [`${texts.quantity(item.quantity)} · ${texts.each(amount(item.price.unit_amount))}`] : []),
  ]
  return `<li><b>${escapeHtml(item.description)}</b><span class="sum">${amount(item.amount_total)}</span>${below.map((text) => `<span>${text}</span>`).join('')}</li>`
}

const shopLine = (session: Session, { texts }: PageLanguage): string => {
  const name = `${mark}<span>Cartwright</span>${badge}`
  if (session.cancel_url === null) return `<p class="shop">${name}</p>`
  return `<a class="shop" href="${escapeHtml(session.cancel_url)}" title="${texts.backWithoutPaying}"><span class="back" aria-hidden="true">←</span>${name}<span class="hidden">${texts.backToShop}</span></a>`
}

const summary = (session: Session, items: readonly LineItem[], leftSec: number, language: PageLanguage): string => {
  const { texts, locale } = language
  const total = amountText(session.amount_total, session.currency, locale)
  const left = `<b data-left="${leftSec}">${texts.minutes(Math.ceil(leftSec / 60))}</b>`
  return `<section class="summary" aria-label="${texts.yourOrder}"><div>${shopLine(session, language)}
<p class="due">${texts.payTo}</p><p class="total">${total}</p>
<ul class="items">${items.map((item) => itemRow(item, language)).join('')}<li class="grand"><b>${texts.totalDue}</b><span class="sum">${total}</span></li></ul>
<p class="open">${texts.expires(left)}</p></div></section>`
}

const digitsIn = (text: string): string => text.replaceAll(/\D/g, '')

const testHints = (current: string, { texts }: PageLanguage): string => {
  const link = ({ number, what }: (typeof testCards)[number]) =>
    `<li><a href="?card=${number.replaceAll(' ', '')}" title="${number}" data-card="${number}"${digitsIn(number) === digitsIn(current) ? ' aria-current="true"' : ''}><b>•• ${number.slice(-4)}</b> <span>${texts.cards[what]}</span></a></li>`
  return `<div class="tests"><p><b>${texts.noMoney}</b> ${texts.pickCard}</p><ul>${testCards.map(link).join('')}</ul></div>`
}

/** @param card digits from the query; only a test number is used */
export const testCardOf = (card: string | undefined): string =>
  testCards.find(({ number }) => number.replaceAll(' ', '') === card)?.number ?? ''

const alertOf = (problem: string | null): string =>
  problem === null
    ? ''
    : `<p class="alert" role="alert" id="card-error"><span aria-hidden="true">⚠</span><span>${escapeHtml(problem)}</span></p>`

const cardFields = (entered: Entered, problem: string | null, { texts }: PageLanguage): string => {
  // A test card fills in a code; after a failed attempt the shopper enters it again.
  const cvc = problem === null && entered.card !== '' ? '123' : ''
  return `<fieldset class="field${problem === null ? '' : ' wrong'}"><legend class="hidden">${texts.cardDetails}</legend><span class="label" aria-hidden="true">${texts.cardInformation}</span><div class="card">
<input id="cardNumber" name="cardNumber" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" aria-label="${texts.cardNumber}" value="${escapeHtml(entered.card)}"${problem === null ? '' : ' aria-invalid="true" aria-describedby="card-error"'} required>
<input id="expiry" name="expiry" inputmode="numeric" autocomplete="cc-exp" placeholder="${texts.expiryHint}" aria-label="${texts.expiryDate}" value="${escapeHtml(entered.expiry)}">
<input id="cvc" name="cvc" inputmode="numeric" autocomplete="cc-csc" placeholder="CVC" aria-label="${texts.securityCode}" maxlength="4" value="${cvc}"></div></fieldset>`
}

/** What the page shows. */
interface Shown {
  session: Session
  items: readonly LineItem[]
  /** Seconds until the page expires. */
  leftSec: number
  entered: Entered
  /** Why the last attempt failed. */
  problem: string | null
}

export const paymentPage = ({ session, items, leftSec, entered, problem }: Shown, language: PageLanguage): string => {
  const { texts, locale } = language
  const total = amountText(session.amount_total, session.currency, locale)
  const giveUp =
    session.cancel_url === null ? '' : `<p class="fine"><a href="${escapeHtml(session.cancel_url)}">${texts.cancel}</a></p>`
  return layout(
    `${texts.payTotal(total)} · Cartwright`,
    `<main class="split">${summary(session, items, leftSec, language)}<section class="pay" aria-label="${texts.payment}"><div><h1>${texts.payWithCard}</h1>${testHints(entered.card, language)}${alertOf(problem)}
<form method="post" action="/c/pay/${session.id}" autocomplete="on">
<div class="field"><label for="email">${texts.email}</label><input id="email" name="email" type="email" autocomplete="email" value="${escapeHtml(entered.email)}" placeholder="you@example.com"></div>
${cardFields(entered, problem, language)}
<div class="field"><label for="holder">${texts.nameOnCard}</label><input id="holder" name="holder" autocomplete="cc-name" value="${escapeHtml(entered.holder)}" placeholder="${texts.fullName}"></div>
<button class="primary">${problem === null ? texts.payTotal(total) : texts.tryAgain(total)}</button></form>
${giveUp}<p class="fine faint"><a href="/">Stripe sandbox</a> ${texts.ofShop}</p></div></section></main>`,
    locale,
  )
}
