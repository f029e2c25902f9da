// Mailbox through its interfaces: mails arrive over SMTP, and the tests read them through Mailpit’s API.
import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Mailbox, startMailbox } from './mailbox.ts'
import { type TestMail, talkSmtp } from './smtp-talk.fixture.ts'

const getAs = (host: string, url: string): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { headers: { host } }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => void chunks.push(chunk))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString() }))
    })
    sent.on('error', reject)
    sent.end()
  })

describe('the mailbox', () => {
  let box: Mailbox
  beforeEach(async () => {
    box = await startMailbox({ httpPort: 0, max: 5 })
  })
  afterEach(() => box.stop())

  const send = (mail: TestMail) => talkSmtp(box.smtpUrl, mail)
  const get = async (path: string) => {
    const response = await fetch(box.url + path)
    const text = await response.text()
    return { status: response.status, text, headers: response.headers, body: text.startsWith('{') ? JSON.parse(text) : null }
  }
  const change = (method: string, path: string, body?: object) =>
    fetch(box.url + path, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })

  test.each(['evil.example', '127.0.0.1.nip.io', 'localhost.evil.example:8025'])(
    'refuses requests for the host name %s',
    async (host) => {
      await send({ subject: 'Secret', text: 'code 123456' })
      for (const path of ['/', '/api/v1/messages', '/livez', '/nowhere']) {
        const { status, text } = await getAs(host, box.url + path)
        expect(status).toBe(421)
        expect(text).not.toContain('Secret')
        expect(text.trim().split('\n')).toHaveLength(1)
      }
      expect((await getAs('localhost:8025', `${box.url}/api/v1/messages`)).status).toBe(200)
    },
  )

  test('lists mails newest first, with the fields of Mailpit', async () => {
    await send({ subject: 'First', text: 'one  two\nthree' })
    await send({
      subject: 'Second',
      bcc: 'carol@example.com',
      cc: 'bob@example.com',
      replyTo: 'help@example.com',
      attachment: { name: 'invoice.txt', content: 'total' },
    })
    const { body } = await get('/api/v1/messages')
    expect(body).toMatchObject({ total: 2, unread: 2, count: 2, messages_count: 2, messages_unread: 2, start: 0, tags: [] })
    expect(body.messages.map(({ Subject }: { Subject: string }) => Subject)).toEqual(['Second', 'First'])
    expect(body.messages[0]).toEqual({
      ID: expect.stringMatching(/^[A-Za-z0-9]{22}$/),
      MessageID: 'm1@example.com',
      Read: false,
      From: { Name: 'Shop', Address: 'shop@example.com' },
      To: [{ Name: 'Alice Archer', Address: 'alice@example.com' }],
      Cc: [{ Name: '', Address: 'bob@example.com' }],
      Bcc: [{ Name: '', Address: 'carol@example.com' }],
      ReplyTo: [{ Name: '', Address: 'help@example.com' }],
      Subject: 'Second',
      Created: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      Username: '',
      Tags: [],
      Size: expect.any(Number),
      Attachments: 1,
      Snippet: 'Hi there',
    })
    expect(body.messages[1].Snippet).toBe('one two three')
    expect((await get('/api/v1/messages?limit=1&start=1')).body).toMatchObject({
      total: 2,
      count: 1,
      start: 1,
      messages: [{ Subject: 'First' }],
    })
  })

  test('returns text, HTML and attachments of a mail, and marks it as read', async () => {
    await send({ html: '<p>Hi <b>there</b></p>', attachment: { name: 'invoice.txt', content: 'total' } })
    const [{ ID }] = (await get('/api/v1/messages')).body.messages
    const { body } = await get(`/api/v1/message/${ID}`)
    expect(body).toMatchObject({
      ID,
      ReturnPath: 'shop@example.com',
      Subject: 'Hello',
      Text: 'Hi there',
      HTML: '<p>Hi <b>there</b></p>',
      Inline: [],
      Tags: [],
      Attachments: [
        {
          FileName: 'invoice.txt',
          ContentType: 'text/plain',
          Size: 5,
          Checksums: { SHA256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        },
      ],
    })
    expect((await get('/api/v1/messages')).body).toMatchObject({ unread: 0, messages: [{ Read: true }] })
    expect((await get(`/api/v1/message/${ID}/part/${body.Attachments[0].PartID}`)).text).toBe('total')
    expect((await get('/api/v1/message/latest')).body.ID).toBe(ID)
    expect((await get(`/api/v1/message/${ID}/headers`)).body).toMatchObject({
      'Message-Id': ['<m1@example.com>'],
      Subject: ['Hello'],
    })
    expect((await get(`/api/v1/message/${ID}/raw`)).text).toContain('Subject: Hello')
    expect((await get('/api/v1/message/unknown')).status).toBe(404)
  })

  test('finds mails by field, phrase and exclusion', async () => {
    await send({ to: 'alice@example.com', subject: 'Your order is confirmed', text: 'blue mug' })
    await send({ to: 'bob@example.com', subject: 'Your order is on its way', text: 'green mug' })
    const found = async (query: string) =>
      (await get(`/api/v1/search?query=${encodeURIComponent(query)}`)).body.messages.map(
        ({ To }: { To: { Address: string }[] }) => To[0]?.Address,
      )
    expect(await found('to:alice@example.com')).toEqual(['alice@example.com'])
    expect(await found('subject:"on its way"')).toEqual(['bob@example.com'])
    expect(await found('mug')).toEqual(['bob@example.com', 'alice@example.com'])
    expect(await found('mug -green')).toEqual(['alice@example.com'])
    expect(await found('is:read')).toEqual([])
    expect((await get('/api/v1/message/latest?query=to:alice')).body.Subject).toBe('Your order is confirmed')
    expect(await found('is:unread')).toEqual(['bob@example.com'])
    expect((await get('/api/v1/search')).status).toBe(400)
    expect((await get('/api/v1/search?query=to:alice')).body).toMatchObject({ total: 2, messages_count: 1 })
  })

  test('deletes the mails of a list, of a search, or all', async () => {
    for (const subject of ['a', 'b', 'c', 'd']) await send({ subject })
    const { messages } = (await get('/api/v1/messages')).body
    expect(await (await change('DELETE', '/api/v1/messages', { IDs: [messages[0].ID] })).text()).toBe('ok')
    expect((await get('/api/v1/messages')).body.total).toBe(3)
    await change('DELETE', '/api/v1/search?query=subject:b')
    expect((await get('/api/v1/messages')).body.total).toBe(2)
    await change('PUT', '/api/v1/messages', { IDs: [messages[1].ID], Read: true })
    expect((await get('/api/v1/info')).body).toMatchObject({
      Messages: 2,
      Unread: 1,
      RuntimeStats: { SMTPAccepted: 4, MessagesDeleted: 2 },
    })
    await change('DELETE', '/api/v1/messages')
    expect((await get('/api/v1/messages')).body).toMatchObject({ total: 0, messages: [] })
    expect((await fetch(`${box.url}/api/v1/messages`, { method: 'DELETE', body: 'nonsense' })).status).toBe(400)
  })

  test('stores at most the maximum number of mails and drops the oldest', async () => {
    for (let count = 1; count <= 7; count++) await send({ subject: `Mail ${count}` })
    expect(box.messages().map(({ Subject }) => Subject)).toEqual(['Mail 7', 'Mail 6', 'Mail 5', 'Mail 4', 'Mail 3'])
  })

  test('rejects mails while a fault is set, and accepts them afterwards', async () => {
    box.setFault('connection')
    await expect(send({})).rejects.toThrow('421')
    box.setFault('recipient')
    await expect(send({})).rejects.toThrow('550')
    box.setFault(null)
    await send({})
    expect(box.messages()).toHaveLength(1)
    expect((await get('/api/v1/info')).body.RuntimeStats.SMTPRejected).toBe(2)
  })

  test('rejects mails on connections that were open before the fault', async () => {
    await expect(talkSmtp(box.smtpUrl, {}, () => box.setFault('connection'))).rejects.toThrow('421')
    expect(box.messages()).toEqual([])
  })

  test('accepts any user name and password', async () => {
    const url = new URL(box.smtpUrl)
    url.username = 'someone'
    url.password = 'something'
    await talkSmtp(url.href, {})
    expect(box.messages()[0]?.Username).toBe('someone')
  })

  test('serves a page without external resources, and sandboxes the HTML of a mail', async () => {
    await send({ html: '<html><head></head><body><script>alert(1)</script>Hi</body></html>' })
    const page = await get('/')
    expect(page.status).toBe(200)
    expect(page.text).not.toMatch(/(src|href)="https?:/)
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'")
    const view = await get(`/view/${box.messages()[0]?.ID}.html`)
    expect(view.headers.get('content-security-policy')).toMatch(/^sandbox allow-popups .*default-src 'none'/)
    expect(view.headers.get('content-security-policy')).not.toContain('script-src')
    expect(view.text).toContain('<head><base target="_blank">')
  })
})
