// The hosted payment page: looks and behaves like a payment page, works without scripts from elsewhere, and says that no money moves.
import type { LineItem, Session } from './state.ts'

const escape = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const exponent = (currency: string) => new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ?? 2
const money = (minor: number, currency: string) => new Intl.NumberFormat('en', { style: 'currency', currency }).format(minor / 10 ** exponent(currency))

const styles = `:root{color-scheme:light;--ink:#1d2433;--muted:#697386;--line:#e3e8ee;--accent:#4f46e5;--bad:#b3093c}*{box-sizing:border-box}
body{margin:0;font:16px/1.5 system-ui,sans-serif;color:var(--ink);background:#f6f8fb}main{display:grid;grid-template-columns:1fr 1fr;min-height:100vh}
section{padding:56px clamp(24px,6vw,88px)}.summary{background:#1d2340;color:#fff}.summary .muted{color:#b7bdd8}.summary h1{font-size:2.4rem;margin:.2rem 0 1.6rem}
ul{list-style:none;margin:0;padding:0}li{display:flex;justify-content:space-between;gap:24px;padding:12px 0;border-bottom:1px solid #ffffff22}
.pay{background:#fff}.badge{display:inline-block;background:#ffedd5;color:#9a3412;border-radius:99px;padding:2px 12px;font-size:.8rem;font-weight:600}
label{display:block;font-size:.9rem;font-weight:600;margin:18px 0 6px}input{width:100%;padding:12px 14px;border:1px solid var(--line);border-radius:10px;font:inherit}
input:focus,button:focus,a:focus{outline:3px solid #c7d2fe;outline-offset:1px}.row{display:grid;grid-template-columns:1fr 1fr;gap:14px}
button{font:inherit;cursor:pointer}.primary{width:100%;margin-top:24px;padding:14px;border:0;border-radius:10px;background:var(--accent);color:#fff;font-weight:700}
.cards{display:flex;flex-wrap:wrap;gap:8px;margin-top:8px}.cards button{border:1px solid var(--line);background:#fff;border-radius:99px;padding:6px 12px;font-size:.85rem}
.error{background:#fff1f4;border:1px solid #fecdd6;color:var(--bad);padding:12px 14px;border-radius:10px;margin:16px 0 0}.muted{color:var(--muted);font-size:.9rem}a{color:inherit}
.center{max-width:30rem;margin:12vh auto;background:#fff;border:1px solid var(--line);border-radius:16px;padding:40px}.plain{width:100%;margin-top:12px;padding:12px;border:1px solid var(--line);border-radius:10px;background:#fff}
@media(max-width:820px){main{grid-template-columns:1fr}section{padding:32px 24px}}`

const layout = (title: string, body: string): string =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(title)}</title><style>${styles}</style></head><body>${body}</body></html>`

const script = `const left=document.querySelector('[data-expires]');const card=document.querySelector('#cardNumber');
for(const b of document.querySelectorAll('[data-card]'))b.addEventListener('click',()=>{card.value=b.dataset.card;card.focus()});
const tick=()=>{const s=Math.max(0,Math.floor(Number(left.dataset.expires)-Date.now()/1000));left.textContent=s===0?'expired':Math.floor(s/60)+':'+String(s%60).padStart(2,'0')};tick();setInterval(tick,1000)`

/** What the pages' Content-Security-Policy needs to allow the one inline script. */
export const pageScript = script

const testCards = [
  ['4242 4242 4242 4242', 'pays'],
  ['4000 0000 0000 0002', 'is declined'],
  ['4000 0000 0000 9995', 'has no funds'],
  ['4000 0025 0000 3155', 'asks for 3-D Secure'],
]

/** The page with the card form. @param secondsAhead how far the sandbox's clock is ahead of the browser's */
export const paymentPage = (session: Session, items: readonly LineItem[], error: string | null, secondsAhead: number): string => {
  const lines = items.map((item) => `<li><span>${escape(item.description)} <span class="muted">× ${item.quantity}</span></span><b>${money(item.amount_total, item.currency)}</b></li>`).join('')
  const total = money(session.amount_total, session.currency)
  const back = session.cancel_url ? `<p class="muted"><a href="${escape(session.cancel_url)}">← Back to the shop</a></p>` : ''
  const cards = testCards.map(([number, what]) => `<button type="button" data-card="${number}">…${number?.slice(-4)} ${what}</button>`).join('')
  return layout(
    `Pay ${total}`,
    `<main><section class="summary">${back}<p class="muted">Cartwright</p><h1>${total}</h1><ul>${lines}</ul><p class="muted">This page is open for <b data-expires="${session.expires_at - secondsAhead}"></b></p></section>
<section class="pay"><span class="badge">Development sandbox: no money moves</span><h2>Pay with card</h2>${error ? `<p class="error" role="alert">${escape(error)}</p>` : ''}
<form method="post"><label for="email">E-mail</label><input id="email" name="email" type="email" autocomplete="email" value="${escape(session.customer_email ?? '')}">
<label for="cardNumber">Card number</label><input id="cardNumber" name="cardNumber" inputmode="numeric" autocomplete="cc-number" placeholder="1234 1234 1234 1234" required>
<div class="cards" aria-label="Test cards">${cards}</div>
<div class="row"><div><label for="expiry">Expiry</label><input id="expiry" name="expiry" placeholder="12 / 34" autocomplete="cc-exp"></div><div><label for="cvc">CVC</label><input id="cvc" name="cvc" placeholder="123" inputmode="numeric" autocomplete="cc-csc"></div></div>
<label for="holder">Name on card</label><input id="holder" name="holder" autocomplete="cc-name"><button class="primary">Pay ${total}</button></form></section></main><script>${script}</script>`,
  )
}

export const authenticationPage = (session: Session): string =>
  layout(
    'Confirm your payment',
    `<div class="center"><span class="badge">3-D Secure, simulated</span><h2>Confirm ${money(session.amount_total, session.currency)}</h2><p class="muted">Your bank asks whether it is you.</p>
<form method="post"><button class="primary" name="outcome" value="complete">Yes, confirm</button><button class="plain" name="outcome" value="fail">No, fail</button></form></div>`,
  )

export const closedPage = (session: Session): string => {
  const paid = session.status === 'complete'
  const link = paid ? session.success_url : session.cancel_url
  return layout(
    paid ? 'Already paid' : 'This page has expired',
    `<div class="center"><h2>${paid ? 'This payment is complete' : 'This payment page has expired'}</h2><p class="muted">${paid ? 'You have been charged once.' : 'You have not been charged. Start again from the shop.'}</p>
${link ? `<p><a href="${escape(link.replace('{CHECKOUT_SESSION_ID}', session.id))}">Back to the shop</a></p>` : ''}</div>`,
  )
}
