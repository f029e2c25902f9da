// Undo page for a changed email address, linked from the mail to the old address. Only its button acts, because mail scanners open links.
import { accountApi, escapeHtml } from '@cartwright/contracts'
import { type Page, page, type ShownShop } from '../../domain/page.ts'
import { type PageTexts, textsIn } from '../../domain/page-texts.ts'

// The token is in the fragment, so that no server, log or referrer sees it. The script removes it from the address bar.
const scriptOf = (texts: PageTexts) => `
(() => {
  const texts = ${JSON.stringify({ ...texts.undo, tryAgain: texts.tryAgain })}
  const find = (id) => document.getElementById(id)
  const undoToken = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname + location.search)
  const setState = (mood, title, text) => { find('state').className = 'state ' + mood; find('title').textContent = title; find('text').textContent = text; find('undo').hidden = true }
  const showInvalid = () => setState('bad', ...texts.invalid)
  if (!undoToken) return showInvalid()
  find('undo').hidden = false
  find('undo').addEventListener('click', async () => {
    find('undo').disabled = true
    find('note').textContent = ''
    try {
      const answer = await fetch('${accountApi.undoEmail.path}', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ undoToken }) })
      if (answer.ok) return setState('good', ...texts.done)
      if (answer.status === 400) return showInvalid()
      find('note').textContent = texts.tryAgain
    } catch (error) {
      find('note').textContent = texts.tryAgain
    }
    find('undo').disabled = false
  })
})()
`

export const undoEmailPage = (shop: ShownShop, locale: string): Page => {
  const texts = textsIn(locale)
  const { title, question, undo, withoutScript } = texts.undo
  return page({
    shop,
    locale,
    title,
    body: `<div id="state" class="state"><span class="dot" aria-hidden="true"></span>
<div role="status"><h1 id="title">${question[0]}</h1><p id="text">${question[1]}</p></div></div>
<p class="actions"><button id="undo" type="button" hidden>${undo}</button></p>
<p id="note" role="alert"></p>
<p class="foot soft"><a href="${escapeHtml(shop.url)}">${texts.toShop}</a></p>
<noscript><p>${withoutScript}</p></noscript>`,
    script: scriptOf(texts),
  })
}
