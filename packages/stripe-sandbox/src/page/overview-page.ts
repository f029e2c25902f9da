// Start page of the sandbox: the latest payments, the balance and the test cards.
import { escapeHtml } from '@cartwright/contracts'
import type { Session } from '../state.ts'
import { amountText, badge, layout } from './layout.ts'
import { testCards } from './payment-page.ts'
import { pageLanguage } from './texts.ts'

const maxRows = 20

const stateOf = (session: Session): { word: string; tone: string } => {
  if (session.payment_status === 'paid') return { word: 'paid', tone: 'good' }
  if (session.status === 'complete') return { word: 'processing', tone: 'late' }
  return session.status === 'open' ? { word: 'open', tone: 'late' } : { word: 'expired', tone: 'over' }
}

const row = (session: Session): string => {
  const { word, tone } = stateOf(session)
  const what = escapeHtml(session.customer_email ?? session.client_reference_id ?? session.id)
  const at = new Date(session.created * 1000).toISOString().slice(11, 19)
  const name = session.url === null ? what : `<a href="/c/pay/${session.id}">${what}</a>`
  return `<li><span class="who">${name}</span><span class="num">${amountText(session.amount_total, session.currency)}</span><time>${at}</time><span class="pill ${tone}">${word}</span></li>`
}

/** @param sessions in the order of creation */
export const overviewPage = (sessions: readonly Session[], balance: Readonly<Record<string, number>>): string => {
  const rows = sessions.slice(-maxRows).reverse().map(row).join('')
  const money = Object.entries(balance).map(
    ([currency, minor]) => `<div><dt>Balance</dt><dd>${amountText(minor, currency)}</dd></div>`,
  )
  const { cards: effects } = pageLanguage({ locale: 'en' }, undefined).texts
  const cards = testCards.map(({ number, what }) => `<div><dt>${number}</dt><dd>${effects[what]}</dd></div>`).join('')
  const list =
    rows === ''
      ? '<p>No payment page was opened yet. Check out in the shop, and the payment appears here.</p>'
      : `<h2>Latest payments</h2><ul class="recent">${rows}</ul>`
  return layout(
    'Stripe sandbox',
    `<main class="alone"><div class="box wide">${badge}<h1>Stripe sandbox</h1><p>This stands in for Stripe while you develop or test. No money moves.</p>
<dl class="facts">${money.join('')}${cards}</dl>${list}<p class="fine"><a href="/_sandbox/ledger">Ledger</a> · <a href="/_sandbox/events">Events</a> · <a href="/_sandbox/webhooks">Deliveries</a></p></div></main>`,
  )
}
