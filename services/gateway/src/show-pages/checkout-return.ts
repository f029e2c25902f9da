// Where shoppers land after the hosted payment page. It only looks: whether money moved is decided by the payment events, never by this page.
// What it says comes from order with the state, so it is true of this order.
import { returnPageApi } from '@cartwright/contracts'
import { escapeHtml, type Page, page } from './page.ts'

// The ticket comes in the fragment, so that no server, log or referrer sees it; then it leaves the address bar and stays with this tab.
const script = `
(() => {
  const find = (id) => document.getElementById(id)
  const orderId = find('state').dataset.order
  const goesOn = ['preparing', 'open', 'cancelling']
  const say = (mood, title, text) => { find('state').className = 'state ' + mood; find('title').textContent = title; find('text').textContent = text }
  const blind = () => { find('cancel').hidden = true; find('pay').hidden = true; say('', 'Your order', 'We have it. Open your shop to see how it went; we also write to you once the payment has arrived.') }
  const show = ({ number, state, url, message }) => {
    say(message.mood, message.title, message.text)
    find('number').textContent = number
    find('cancel').hidden = state !== 'open' && state !== 'preparing'
    find('pay').hidden = state !== 'open' || !/^https?:/.test(url || '')
    if (url) find('pay').href = url
  }
  const key = 'cartwright.ticket.' + orderId
  const remember = () => {
    const given = new URLSearchParams(location.hash.slice(1)).get('ticket')
    try {
      if (given) sessionStorage.setItem(key, given)
      const kept = given || sessionStorage.getItem(key)
      if (given) history.replaceState(null, '', location.pathname + location.search)
      return kept
    } catch (error) {
      console.info('nothing can be kept here', error)
      return given
    }
  }
  const ticket = remember()
  const ask = async (path, more) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ orderId, ticket, ...more }) })
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) }
  }
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const watch = async () => {
    let state
    for (let troubles = 0; troubles < 8;) {
      try {
        const { ok, status, body } = await ask('${returnPageApi.readReturn.path}', state ? { known: state, waitSec: 20 } : {})
        if (status === 400 || status === 404) return blind()
        if (!ok) throw new Error('status ' + status)
        if (state === body.state) await pause(1000)
        state = body.state
        troubles = 0
        show(body)
        if (!goesOn.includes(state)) return
      } catch (error) {
        troubles += 1
        await pause(500 * 2 ** Math.min(troubles, 5))
      }
    }
    say('', 'Your order', 'We cannot see how it went right now. Reload this page in a moment.')
  }
  find('cancel').addEventListener('click', async () => {
    find('cancel').disabled = true
    find('note').textContent = ''
    try {
      const { ok, body } = await ask('${returnPageApi.cancelReturn.path}')
      if (ok) return show(body)
      find('note').textContent = body.detail || body.title || 'That did not work.'
    } catch (error) {
      find('note').textContent = 'That did not work. Please try again.'
    }
    find('cancel').disabled = false
  })
  if (ticket) watch()
  else blind()
})()
`

const without = page({
  title: 'Your order',
  body: '<h1>Your order</h1><p>This page shows how a payment went, but its address names no order.</p><p class="actions"><a class="button" href="/">Go on</a></p>',
})

/** @param shopUrl where "back to the shop" leads */
export const checkoutReturnPage = (orderId: string | undefined, shopUrl: string): Page => {
  if (orderId === undefined || !/^ord_[0-9a-z]{6,40}$/.test(orderId)) return without
  return page({
    title: 'Your order',
    body: `<div id="state" class="state" data-order="${escapeHtml(orderId)}"><span class="dot" aria-hidden="true"></span>
<div><h1 id="title" role="status">One moment</h1><p id="text">Looking up your payment.</p></div></div>
<p class="actions"><a class="button" id="pay" href="/" hidden>Go on paying</a><button class="quiet" id="cancel" type="button" hidden>Cancel and restore the cart</button></p>
<p id="note" role="alert"></p>
<p class="foot soft"><span>Order <code id="number">${escapeHtml(orderId)}</code></span><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>
<noscript><p>Open your shop to see your order.</p></noscript>`,
    script,
  })
}
