// Where the old mailbox undoes a change of address. Opening it changes nothing: mail scanners follow links, and only the button acts.
import { accountApi } from '@cartwright/contracts'
import { escapeHtml, type Page, page } from './page.ts'

// The token comes in the fragment, so that no server, log or referrer sees it; then it leaves the address bar.
const script = `
(() => {
  const find = (id) => document.getElementById(id)
  const undoToken = new URLSearchParams(location.hash.slice(1)).get('token')
  history.replaceState(null, '', location.pathname)
  const say = (mood, title, text) => { find('state').className = 'state ' + mood; find('title').textContent = title; find('text').textContent = text; find('undo').hidden = true }
  const useless = () => say('bad', 'This link does not work', 'It was used before, or its 72 hours are over. Answer the mail if you need help.')
  if (!undoToken) return useless()
  find('undo').hidden = false
  find('undo').addEventListener('click', async () => {
    find('undo').disabled = true
    find('note').textContent = ''
    try {
      const answer = await fetch('${accountApi.undoEmail.path}', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ undoToken }) })
      if (answer.ok) return say('good', 'Your old address is back', 'Every device was signed out. Set a new password now: choose "forgotten password" in the shop.')
      if (answer.status === 400) return useless()
      const problem = await answer.json().catch(() => ({}))
      find('note').textContent = problem.detail || problem.title || 'That did not work.'
    } catch (error) {
      find('note').textContent = 'That did not work. Please try again.'
    }
    find('undo').disabled = false
  })
})()
`

/** @param shopUrl where "back to the shop" leads */
export const undoEmailPage = (shopUrl: string): Page =>
  page({
    title: 'Undo the change of address',
    body: `<div id="state" class="state"><span class="dot" aria-hidden="true"></span>
<div><h1 id="title" role="status">Was it not you?</h1><p id="text">Your account gets its old e-mail address back, and every device is signed out.</p></div></div>
<p class="actions"><button id="undo" type="button" hidden>Undo the change</button></p>
<p id="note" role="alert"></p>
<p class="foot soft"><a href="${escapeHtml(shopUrl)}">Back to the shop</a></p>
<noscript><p>This page needs JavaScript.</p></noscript>`,
    script,
  })
