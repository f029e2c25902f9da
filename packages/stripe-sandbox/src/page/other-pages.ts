// Pages around the card form: the 3-D Secure step, and sessions that are paid, expired or unknown.
import { escapeHtml } from '@cartwright/contracts'
import type { Session } from '../state.ts'
import { amountText, badge, layout } from './layout.ts'

const centeredPage = (title: string, body: string): string =>
  layout(title, `<main class="alone"><div class="box">${body}</div></main>`)

/** The 3-D Secure step of the cardholder's bank. */
export const authenticationPage = (session: Session): string =>
  centeredPage(
    'Confirm your payment',
    `${badge}<h1>Confirm it is you</h1><p>This page stands in for your bank. Confirm to pay, or choose to fail and see how the shop reacts.</p>
<dl class="facts"><div><dt>Merchant</dt><dd>Cartwright</dd></div><div><dt>Amount</dt><dd>${amountText(session.amount_total, session.currency)}</dd></div><div><dt>Card</dt><dd>•••• 3155</dd></div></dl>
<form method="post"><button class="primary" name="outcome" value="complete">Confirm payment</button><button class="plain" name="outcome" value="fail">Fail authentication</button></form>`,
  )

const linkBack = (href: string | null, text: string): string =>
  href === null ? '' : `<a class="primary" href="${escapeHtml(href)}">${text}</a>`

/** The page of a session that is not open any more. */
export const closedPage = (session: Session): string => {
  const total = amountText(session.amount_total, session.currency)
  const success = session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id)
  if (session.status === 'expired') {
    return centeredPage(
      'This payment page has expired',
      `<span class="round late" aria-hidden="true">!</span><h1>This payment page has expired</h1><p>Nothing was charged. The items of your order are available again; you can place a new order.</p>${linkBack(session.cancel_url, 'Back to the shop')}`,
    )
  }
  const [title, text] =
    session.payment_status === 'paid'
      ? ['This order is paid', `You paid ${total}.`]
      : ['Your payment is being processed', `Your bank will confirm ${total} later.`]
  return centeredPage(
    title,
    `<span class="round good" aria-hidden="true">✓</span><h1>${title}</h1><p>${text} You can close this page.</p>${linkBack(success, 'Back to the shop')}`,
  )
}

/** The page for an unknown session. */
export const unknownPage = (): string =>
  centeredPage(
    'Nothing to pay here',
    '<span class="round late" aria-hidden="true">?</span><h1>Nothing to pay here</h1><p>There is no payment page at this address. Go back to the shop and check out again.</p>',
  )
