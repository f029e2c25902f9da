// The mailbox's page: asks for the list every two seconds, shows one mail at a time. Everything from a mail enters as text, its HTML only in a sandboxed frame.
const byId = (id) => document.getElementById(id)
const [list, pane, searchBox] = [byId('list'), byId('mail'), byId('search')]
const pageSize = 100
const refreshMs = 2000

const state = { page: null, shown: '', openId: null, tab: 'html', limit: pageSize }

const element = (name, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(name), properties)
  made.append(...children.filter((child) => child !== null))
  return made
}

const call = async (url, options) => {
  const response = await fetch(url, options)
  if (!response.ok) throw new Error(`${url}: ${response.status}`)
  return response
}
const askJson = async (url) => (await call(url)).json()
const sendJson = (method, body) =>
  call('/api/v1/messages', { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })

const person = ({ Name, Address }) => (Name ? `${Name} <${Address}>` : Address)
const people = (addresses) => addresses.map(person).join(', ')

const clock = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' })
const whole = new Intl.DateTimeFormat(undefined, { dateStyle: 'full', timeStyle: 'medium' })
const when = (iso) => {
  const at = new Date(iso)
  const seconds = (Date.now() - at) / 1000
  if (seconds < 60) return 'now'
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  return at.toDateString() === new Date().toDateString() ? clock.format(at) : day.format(at)
}

const item = (mail) => {
  const line = element(
    'button',
    { type: 'button', className: `item${mail.Read ? '' : ' unread'}`, onclick: () => open(mail.ID) },
    element('span', { className: 'to', textContent: people([...mail.To, ...mail.Bcc]) || 'no recipient' }),
    element('time', {
      className: 'when',
      dateTime: mail.Created,
      textContent: when(mail.Created),
      title: whole.format(new Date(mail.Created)),
    }),
    element('span', { className: 'subject', textContent: mail.Subject || '(no subject)' }),
    element('span', { className: 'snippet', textContent: mail.Snippet }),
  )
  line.setAttribute('aria-current', String(mail.ID === state.openId))
  if (!mail.Read) line.prepend(element('span', { className: 'unseen', textContent: 'Unread: ' }))
  return element('li', {}, line)
}

const showList = () => {
  const { messages, unread, total, messages_count: matching } = state.page
  const scroll = list.parentElement.scrollTop
  const focused = list.contains(document.activeElement)
  list.replaceChildren(...messages.map(item))
  list.parentElement.scrollTop = scroll
  if (focused) list.querySelector('[aria-current="true"]')?.focus()
  byId('more').hidden = matching <= messages.length
  byId('unread').hidden = unread === 0
  byId('unread').textContent = unread
  byId('mark-read').disabled = unread === 0
  byId('delete-all').disabled = total === 0
  byId('nothing').hidden = messages.length > 0
  byId('nothing').textContent =
    total === 0 ? 'No mail yet. Register or place an order, and what the shop writes lands here.' : 'Nothing matches your search.'
  document.title = unread === 0 ? 'Mailbox' : `(${unread}) Mailbox`
}

const refresh = async () => {
  const query = searchBox.value.trim()
  const url =
    query === ''
      ? `/api/v1/messages?limit=${state.limit}`
      : `/api/v1/search?limit=${state.limit}&query=${encodeURIComponent(query)}`
  const page = await askJson(url)
  if (query !== searchBox.value.trim()) return
  // Times age, so an unchanged list is drawn again once a minute.
  const print = JSON.stringify([page, state.openId, Math.floor(Date.now() / 60_000)])
  state.page = page
  if (print !== state.shown) showList()
  state.shown = print
}

const row = (name, value) => (value === '' ? [] : [element('dt', { textContent: name }), element('dd', { textContent: value })])

const copyChip = (code) =>
  element('button', {
    type: 'button',
    className: 'chip',
    textContent: `Copy code ${code}`,
    onclick: async ({ target }) => {
      await navigator.clipboard.writeText(code)
      target.textContent = 'Copied'
    },
  })

const chips = (mail) => {
  const code = navigator.clipboard && /\bcode\b/i.test(mail.Subject + mail.Text) ? /\b\d{6}\b/.exec(mail.Text)?.[0] : undefined
  const attachments = mail.Attachments.map((part) =>
    element('a', {
      className: 'chip',
      textContent: part.FileName || part.ContentType,
      href: `/api/v1/message/${mail.ID}/part/${part.PartID}`,
      target: '_blank',
    }),
  )
  return element('div', { className: 'chips' }, code ? copyChip(code) : null, ...attachments)
}

const bodies = {
  html: { label: 'HTML', fits: (mail) => mail.HTML !== '', make: async (mail) => frame(mail) },
  text: { label: 'Text', fits: (mail) => mail.Text !== '', make: async (mail) => element('pre', { textContent: mail.Text }) },
  headers: {
    label: 'Headers',
    fits: () => true,
    make: async (mail) => {
      const headers = await askJson(`/api/v1/message/${mail.ID}/headers`)
      const lines = Object.entries(headers).flatMap(([name, values]) => values.map((value) => `${name}: ${value}`))
      return element('pre', { textContent: lines.join('\n') })
    },
  },
  source: {
    label: 'Source',
    fits: () => true,
    make: async (mail) => element('pre', { textContent: await (await call(`/api/v1/message/${mail.ID}/raw`)).text() }),
  },
}

const frame = (mail) => {
  const made = element('iframe', { title: 'The mail as HTML', src: `/view/${mail.ID}.html` })
  made.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox')
  return made
}

const showMail = async (mail) => {
  const names = Object.keys(bodies).filter((name) => bodies[name].fits(mail))
  const chosen = names.includes(state.tab) ? state.tab : names[0]
  const body = element('div', { className: 'body' })
  const tabs = names.map((name) => {
    const tab = element('button', { type: 'button', role: 'tab', textContent: bodies[name].label, onclick: () => choose(name) })
    tab.dataset.name = name
    return tab
  })
  const choose = async (name) => {
    state.tab = name
    for (const tab of tabs) tab.setAttribute('aria-selected', String(tab.dataset.name === name))
    body.replaceChildren(await bodies[name].make(mail))
  }
  const top = element(
    'div',
    { className: 'top' },
    element('button', { type: 'button', className: 'back', textContent: '‹ Back', onclick: () => close() }),
    element('h2', { textContent: mail.Subject || '(no subject)' }),
    element('button', { type: 'button', className: 'danger', textContent: 'Delete', onclick: () => remove(mail.ID) }),
  )
  const facts = element(
    'dl',
    { className: 'people' },
    ...row('From', person(mail.From)),
    ...row('To', people(mail.To)),
    ...row('Cc', people(mail.Cc)),
    ...row('Bcc', people(mail.Bcc)),
    ...row('Reply to', people(mail.ReplyTo)),
    ...row('Date', whole.format(new Date(mail.Date))),
  )
  const tabList = element('div', { className: 'tabs' }, ...tabs)
  tabList.setAttribute('role', 'tablist')
  pane.replaceChildren(element('div', { className: 'head' }, top, facts, chips(mail), tabList), body)
  await choose(chosen)
}

const close = () => {
  state.openId = null
  document.body.classList.remove('reading')
  history.replaceState(null, '', location.pathname)
  pane.replaceChildren(
    byId('placeholder') ?? element('p', { className: 'hint', id: 'placeholder', textContent: 'Choose a mail to read it.' }),
  )
  return refresh()
}

const open = async (id) => {
  state.openId = id
  history.replaceState(null, '', `#${id}`)
  try {
    await showMail(await askJson(`/api/v1/message/${id}`))
  } catch {
    return close()
  }
  document.body.classList.add('reading')
  return refresh()
}

const remove = async (id) => {
  const { messages } = state.page
  const at = messages.findIndex(({ ID }) => ID === id)
  const next = messages[at + 1] ?? messages[at - 1]
  await sendJson('DELETE', { IDs: [id] })
  await (next && !matchMedia('(max-width: 760px)').matches ? open(next.ID) : close())
}

const step = (by) => {
  const { messages } = state.page
  const at = messages.findIndex(({ ID }) => ID === state.openId)
  const next = messages[at === -1 ? 0 : at + by]
  if (next) open(next.ID)
  list.querySelector('[aria-current="true"]')?.scrollIntoView({ block: 'nearest' })
}

const keys = {
  '/': () => searchBox.focus(),
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Delete: () => state.openId && remove(state.openId),
  Escape: () => state.openId && close(),
}

document.addEventListener('keydown', (event) => {
  if (event.target === searchBox) {
    if (event.key === 'Escape') searchBox.blur()
    return
  }
  if (event.ctrlKey || event.metaKey || event.altKey || !keys[event.key]) return
  event.preventDefault()
  keys[event.key]()
})
searchBox.addEventListener('input', () => {
  state.limit = pageSize
  refresh()
})
byId('more').addEventListener('click', () => {
  state.limit += pageSize
  refresh()
})
byId('mark-read').addEventListener('click', () => sendJson('PUT', { Read: true }).then(refresh))
byId('delete-all').addEventListener('click', () => {
  if (confirm('Delete all mails?')) sendJson('DELETE', {}).then(close)
})
const quietly = () => refresh().catch(() => undefined)
setInterval(() => document.hidden || quietly(), refreshMs)
document.addEventListener('visibilitychange', () => document.hidden || quietly())
await quietly()
if (location.hash.length > 1) open(location.hash.slice(1))
