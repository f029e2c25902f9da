// The sandbox's front door: what was paid here lately, and how to play with it.
import type { Session } from '../state.ts'
import { amountText, badge, escaped, layout } from './layout.ts'
import { testCards } from './payment-page.ts'

const shown = 20

const stateOf = (session: Session): { word: string; tone: string } => {
  if (session.payment_status === 'paid') return { word: 'paid', tone: 'good' }
  if (session.status === 'complete') return { word: 'on its way', tone: 'late' }
  return session.status === 'open' ? { word: 'open', tone: 'late' } : { word: 'expired', tone: 'over' }
}

const row = (session: Session): string => {
  const { word, tone } = stateOf(session)
  const what = escaped(session.customer_email ?? session.client_reference_id ?? session.id)
  const at = new Date(session.created * 1000).toISOString().slice(11, 19)
  const name = session.url === null ? what : `<a href="/c/pay/${session.id}">${what}</a>`
  return `<li><span class="who">${name}</span><span class="num">${amountText(session.amount_total, session.currency)}</span><time>${at}</time><span class="pill ${tone}">${word}</span></li>`
}

/** @param sessions in the order in which they were opened */
export const overviewPage = (sessions: readonly Session[], balance: Readonly<Record<string, number>>): string => {
  const rows = sessions.slice(-shown).reverse().map(row).join('')
  const money = Object.entries(balance).map(
    ([currency, minor]) => `<div><dt>Balance</dt><dd>${amountText(minor, currency)}</dd></div>`,
  )
  const cards = testCards.map(({ number, what }) => `<div><dt>${number}</dt><dd>${what}</dd></div>`).join('')
  const list =
    rows === ''
      ? '<p>No payment page was opened yet. Check out in the shop, and it stands here.</p>'
      : `<h2>Latest payments</h2><ul class="recent">${rows}</ul>`
  return layout(
    'Stripe sandbox',
    `<main class="alone"><div class="box wide">${badge}<h1>Stripe sandbox</h1><p>A stand-in for Stripe in a development shop. No money moves.</p>
<dl class="facts">${money.join('')}${cards}</dl>${list}<p class="fine"><a href="/_sandbox/ledger">Ledger</a> · <a href="/_sandbox/events">Events</a> · <a href="/_sandbox/webhooks">Deliveries</a></p></div></main>`,
  )
}
