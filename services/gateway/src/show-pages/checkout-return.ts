// Where shoppers land after the hosted payment page. It only looks: whether money moved is decided by the payment events, never by this page.
import { escapeHtml, type Page, page } from './page.ts'

const script = `
(() => {
  const main = document.querySelector('main')
  const order = main.querySelector('[data-order]').dataset.order
  const find = (id) => document.getElementById(id)
  const texts = {
    preparing: ['One moment', 'Your payment page is being prepared.'],
    open: ['Not paid yet', 'Your order is waiting for the payment. You can go on paying, or cancel and get your cart back.'],
    cancelling: ['Cancelling', 'We are making sure that no payment is under way.'],
    paid: ['Thank you!', 'Your payment has arrived. A confirmation is on its way to you by e-mail.'],
    review: ['We are checking your payment', 'Something about the payment needs a second look. You need not do anything; we will write to you.'],
    failed: ['The payment did not work', 'No money was taken. What you wanted is in your cart again.'],
    expired: ['The payment took too long', 'No money was taken. What you wanted is in your cart again.'],
    cancelled: ['Cancelled', 'The order is cancelled. If you had not paid, what you wanted is in your cart again.'],
  }
  const goesOn = ['preparing', 'open', 'cancelling']
  let token = null
  try { token = localStorage.getItem('cartwright.accessToken') } catch (error) { console.info('no storage here', error) }
  const say = (title, text) => { find('title').textContent = title; find('text').textContent = text }
  const show = (state, url) => {
    const known = texts[state] || ['Your order', 'Its payment is: ' + state]
    say(known[0], known[1])
    find('cancel').hidden = state !== 'open' && state !== 'preparing'
    find('pay').hidden = state !== 'open' || !/^https?:/.test(url || '')
    if (url) find('pay').href = url
  }
  const call = (path, options) => fetch(path, { ...options, headers: { authorization: 'Bearer ' + token, ...(options && options.headers) } })
  const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const watch = async () => {
    let state = null
    for (let troubles = 0; troubles < 6;) {
      try {
        const answer = await call('/v1/orders/' + order + '/payment' + (state ? '?waitSec=20&known=' + state : ''))
        if (answer.status === 401 || answer.status === 403 || answer.status === 404) return say('Your order', 'Open your shop and sign in to see how it went.')
        if (answer.status === 429 || answer.status >= 500) throw new Error('status ' + answer.status)
        const payment = await answer.json()
        if (state === payment.state) await wait(1000)
        state = payment.state
        troubles = 0
        show(state, payment.url)
        if (!goesOn.includes(state)) return
      } catch (error) {
        troubles += 1
        await wait(1000 * troubles)
      }
    }
    say('Your order', 'We cannot see how it went right now. Reload this page in a moment.')
  }
  const key = 'return-' + order + '-' + Date.now().toString(36)
  find('cancel').addEventListener('click', async () => {
    find('cancel').disabled = true
    try {
      const answer = await call('/v1/orders/' + order + '/cancel', {
        method: 'POST', headers: { 'content-type': 'application/json', 'idempotency-key': key }, body: JSON.stringify({ reason: 'cancelled on the return page' }),
      })
      if (answer.ok) return show('cancelling')
      const problem = await answer.json()
      find('note').textContent = problem.title || 'That did not work.'
    } catch (error) {
      find('note').textContent = 'That did not work. Please try again.'
    }
    find('cancel').disabled = false
  })
  if (token) watch()
  else say('Thank you', 'Open your shop to see your order; we will also write to you once the payment has arrived.')
})()
`

const without = page(
  'Your order',
  '<h1>Your order</h1><p>This page shows how a payment went, but its address names no order.</p><p><a class="button" href="/">Go on</a></p>',
)

/** @param shopUrl where "back to the shop" leads */
export const checkoutReturnPage = (orderId: string | undefined, shopUrl: string): Page => {
  if (orderId === undefined || !/^ord_[0-9a-z]{6,40}$/.test(orderId)) return without
  return page(
    'Your order',
    `<h1 id="title" role="status">One moment</h1>
<p id="text">Looking up your payment.</p>
<p class="soft">Order <code data-order="${escapeHtml(orderId)}">${escapeHtml(orderId)}</code></p>
<p><a class="button" id="pay" href="/" hidden>Go on paying</a><button class="quiet" id="cancel" type="button" hidden>Cancel and restore the cart</button></p>
<p id="note" role="alert"></p>
<p class="soft"><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>
<noscript><p>Open your shop to see your order.</p></noscript>`,
    script,
  )
}
