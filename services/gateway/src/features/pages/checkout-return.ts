// Return page after the hosted payment page. It only shows the order's state: payment events decide whether money moved.
import { escapeHtml, returnPageApi } from '@cartwright/contracts'
import { type Page, page, type ShownShop } from '../../domain/page.ts'
import { type PageTexts, textsIn } from '../../domain/page-texts.ts'

// The ticket is in the fragment, so that no server, log or referrer sees it. The script moves it to the tab's session storage.
const scriptOf = ({ returned, yourOrder, tryAgain }: PageTexts) => `
(() => {
  const texts = ${JSON.stringify({ ...returned, yourOrder, tryAgain })}
  const find = (id) => document.getElementById(id)
  const orderId = find('state').dataset.order
  const unsettled = ['preparing', 'open', 'cancelling']
  const setState = (mood, title, text) => { find('state').className = 'state ' + mood; find('title').textContent = title; find('text').textContent = text }
  const showUnknown = () => { find('cancel').hidden = true; find('pay').hidden = true; setState('', texts.yourOrder, texts.unknown) }
  const show = ({ number, state, url, message }) => {
    setState(message.mood, message.title, message.text)
    find('number').textContent = number
    find('cancel').hidden = state !== 'open' && state !== 'preparing'
    find('pay').hidden = state !== 'open' || !/^https?:/.test(url || '')
    if (url) find('pay').href = url
  }
  const key = 'cartwright.ticket.' + orderId
  const readTicket = () => {
    const given = new URLSearchParams(location.hash.slice(1)).get('ticket')
    try {
      if (given) sessionStorage.setItem(key, given)
      const ticket = given || sessionStorage.getItem(key)
      if (given) history.replaceState(null, '', location.pathname + location.search)
      return ticket
    } catch (error) {
      console.info('return page: session storage is unavailable, a reload loses the ticket', error)
      return given
    }
  }
  const ticket = readTicket()
  const ask = async (path, more) => {
    const answer = await fetch(path, { method: 'POST', headers: { 'content-type': 'application/json', 'accept-language': document.documentElement.lang }, body: JSON.stringify({ orderId, ticket, ...more }) })
    return { ok: answer.ok, status: answer.status, body: await answer.json().catch(() => ({})) }
  }
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
  const watch = async () => {
    let state
    for (let failures = 0; failures < 8;) {
      try {
        const { ok, status, body } = await ask('${returnPageApi.readReturn.path}', state ? { known: state, waitSec: 20 } : {})
        if (status === 400 || status === 404) return showUnknown()
        if (!ok) throw new Error('status ' + status)
        if (state === body.state) await pause(1000)
        state = body.state
        failures = 0
        show(body)
        if (!unsettled.includes(state)) return
      } catch (error) {
        failures += 1
        await pause(500 * 2 ** Math.min(failures, 5))
      }
    }
    setState('', texts.yourOrder, texts.unavailable)
  }
  find('cancel').addEventListener('click', async () => {
    find('cancel').disabled = true
    find('note').textContent = ''
    try {
      const { ok, status, body } = await ask('${returnPageApi.cancelReturn.path}')
      if (ok) return show(body)
      find('note').textContent = status === 409 ? texts.notCancelled : texts.tryAgain
    } catch (error) {
      find('note').textContent = texts.tryAgain
    }
    find('cancel').disabled = false
  })
  if (ticket) watch()
  else showUnknown()
})()
`

const missingOrderPage = (shop: ShownShop, locale: string): Page => {
  const { yourOrder, returned } = textsIn(locale)
  return page({
    shop,
    locale,
    title: yourOrder,
    body: `<h1>${yourOrder}</h1><p>${returned.noOrder}</p><p class="actions"><a class="button" href="${escapeHtml(shop.url)}">${returned.goOn}</a></p>`,
  })
}

export const checkoutReturnPage = (orderId: string | undefined, shop: ShownShop, locale: string): Page => {
  if (orderId === undefined || !/^ord_[0-9a-z]{6,40}$/.test(orderId)) return missingOrderPage(shop, locale)
  const texts = textsIn(locale)
  const { oneMoment, cancel, withoutScript } = texts.returned
  return page({
    shop,
    locale,
    title: texts.yourOrder,
    body: `<div id="state" class="state" data-order="${escapeHtml(orderId)}"><span class="dot" aria-hidden="true"></span>
<div role="status"><h1 id="title">${oneMoment[0]}</h1><p id="text">${oneMoment[1]}</p></div></div>
<p class="actions"><a class="button" id="pay" href="/" hidden>${texts.goOnPaying}</a><button class="quiet" id="cancel" type="button" hidden>${cancel}</button></p>
<p id="note" role="alert"></p>
<p class="foot soft"><span>${texts.order} <code id="number">${escapeHtml(orderId)}</code></span><a href="${escapeHtml(shop.url)}">${texts.toShop}</a></p>
<noscript><p>${withoutScript}</p></noscript>`,
    script: scriptOf(texts),
  })
}
