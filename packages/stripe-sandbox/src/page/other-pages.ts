// Pages around the card form: the 3-D Secure step, and sessions that are paid, expired or unknown.
import { escapeHtml } from '@cartwright/contracts'
import type { Session } from '../state.ts'
import { amountText, badge, layout } from './layout.ts'
import type { PageLanguage } from './texts.ts'

const centeredPage = (title: string, body: string, locale = 'en'): string =>
  layout(title, `<main class="alone"><div class="box">${body}</div></main>`, locale)

/** The 3-D Secure step of the cardholder's bank. */
export const authenticationPage = (session: Session, { texts, locale }: PageLanguage): string =>
  centeredPage(
    texts.confirm,
    `${badge}<h1>${texts.confirmYou}</h1><p>${texts.bank}</p>
<dl class="facts"><div><dt>${texts.merchant}</dt><dd>Cartwright</dd></div><div><dt>${texts.amount}</dt><dd>${amountText(session.amount_total, session.currency, locale)}</dd></div><div><dt>${texts.card}</dt><dd>•••• 3155</dd></div></dl>
<form method="post"><button class="primary" name="outcome" value="complete">${texts.confirmPayment}</button><button class="plain" name="outcome" value="fail">${texts.failAuthentication}</button></form>`,
    locale,
  )

const linkBack = (href: string | null, text: string): string =>
  href === null ? '' : `<a class="primary" href="${escapeHtml(href)}">${text}</a>`

/** The page of a session that is not open any more. */
export const closedPage = (session: Session, { texts, locale }: PageLanguage): string => {
  const total = amountText(session.amount_total, session.currency, locale)
  const success = session.success_url.replaceAll('{CHECKOUT_SESSION_ID}', session.id)
  if (session.status === 'expired') {
    const [title, text] = texts.expired
    return centeredPage(
      title,
      `<span class="round late" aria-hidden="true">!</span><h1>${title}</h1><p>${text}</p>${linkBack(session.cancel_url, texts.backToShop)}`,
      locale,
    )
  }
  const [title, text] = session.payment_status === 'paid' ? texts.paid : texts.processing
  return centeredPage(
    title,
    `<span class="round good" aria-hidden="true">✓</span><h1>${title}</h1><p>${text(total)} ${texts.canClose}</p>${linkBack(success, texts.backToShop)}`,
    locale,
  )
}

/** The page for an unknown session. */
export const unknownPage = (): string =>
  centeredPage(
    'Nothing to pay here',
    '<span class="round late" aria-hidden="true">?</span><h1>Nothing to pay here</h1><p>There is no payment page at this address. Go back to the shop and check out again.</p>',
  )
