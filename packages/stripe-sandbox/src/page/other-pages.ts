// The pages around the card form: the bank's question, and what a page says when it is over.
import type { Session } from '../state.ts'
import { amountText, badge, escaped, layout } from './layout.ts'

const alone = (title: string, body: string): string => layout(title, `<main class="alone"><div class="box">${body}</div></main>`)

/** The 3-D Secure step, as a cardholder's bank would show it. */
export const authenticationPage = (session: Session): string =>
  alone(
    'Confirm your payment',
    `${badge}<h1>Your bank asks: is it you?</h1><p>This stands for the page of your bank. Confirm to pay, or fail to see how the shop takes it.</p>
<dl class="facts"><div><dt>Merchant</dt><dd>Cartwright</dd></div><div><dt>Amount</dt><dd>${amountText(session.amount_total, session.currency)}</dd></div><div><dt>Card</dt><dd>•••• 3155</dd></div></dl>
<form method="post"><button class="primary" name="outcome" value="complete">Confirm payment</button><button class="plain" name="outcome" value="fail">Fail authentication</button></form>`,
  )

const linkBack = (href: string | null, text: string): string =>
  href === null ? '' : `<a class="primary" href="${escaped(href)}">${text}</a>`

/** What a page says that was paid, is being paid or has expired. */
export const closedPage = (session: Session): string => {
  const total = amountText(session.amount_total, session.currency)
  const success = session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id)
  if (session.status === 'expired') {
    return alone(
      'This payment page has expired',
      `<span class="round late" aria-hidden="true">!</span><h1>This payment page has expired</h1><p>Nothing was charged. Your items are back in the shop; you can order them again.</p>${linkBack(session.cancel_url, 'Back to the shop')}`,
    )
  }
  const [title, text] =
    session.payment_status === 'paid'
      ? ['This order is paid', `You paid ${total}, once.`]
      : ['Your payment is on its way', `${total} will be confirmed by the bank later.`]
  return alone(
    title,
    `<span class="round good" aria-hidden="true">✓</span><h1>${title}</h1><p>${text} There is nothing left to do on this page.</p>${linkBack(success, 'Back to the shop')}`,
  )
}

/** What somebody meets who has a wrong address. */
export const unknownPage = (): string =>
  alone(
    'Nothing to pay here',
    '<span class="round late" aria-hidden="true">?</span><h1>Nothing to pay here</h1><p>This address belongs to no payment page. Go back to the shop and check out again.</p>',
  )
