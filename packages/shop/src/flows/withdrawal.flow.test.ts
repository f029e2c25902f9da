// Withdrawal of a guest through the shop's own HTML forms, without an account or scripts: from the link to the money.
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

let shop: TestShop
let next = 0
beforeAll(async () => {
  shop = await startTestShop()
  await shop.admin.stockUp({ sku: 'REGRET-1', priceMinor: 1500, stock: 20 })
  await shop.idle()
})
afterAll(() => shop?.stop())

interface Opened {
  status: number
  html: string
}
const read = async (response: Response): Promise<Opened> => ({ status: response.status, html: await response.text() })
const open = async (path: string): Promise<Opened> => read(await fetch(shop.url + path))

const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** Sends the form of a page as a browser does: what it holds, and over it what the reader types. */
const send = async ({ html }: Opened, typed: Record<string, string>): Promise<Opened> => {
  const action = /<form method="post" action="([^"]+)">/.exec(html)?.[1]
  if (action === undefined) throw new Error(`the page has no form: ${html.slice(html.indexOf('<body'))}`)
  const inputs = [...html.matchAll(/<input [^>]*name="(\w+)"[^>]*value="([^"]*)"/g)]
  const held = inputs.map(([, name = '', value = '']): [string, string] => [name, unescaped(value)])
  expect(Object.keys(typed).filter((name) => !held.some(([known]) => known === name))).toEqual([])
  const body = new URLSearchParams({ ...Object.fromEntries(held), ...typed })
  return read(await fetch(shop.url + unescaped(action), { method: 'POST', body }))
}

/** A guest's order with an address of its own, and what its mailbox holds. */
const anOrder = async (locale?: string) => {
  next += 1
  const email = `regret-${next}@example.net`
  const guest = await shop.guest()
  const order = await guest.placeOrder('REGRET-1', 2, { email, ...(locale === undefined ? {} : { locale }) })
  await shop.idle()
  const mails = () => shop.mailbox.messages().filter(({ To }) => To.some(({ Address }) => Address === email))
  return { guest, email, order, mails, newest: () => mails()[0] }
}
type Ordered = Awaited<ReturnType<typeof anOrder>>

/** Fills in the first form, and waits for the code. @returns the form of the code, and the code */
const askForCode = async ({ email, order, newest }: Ordered, query = '') => {
  const form = await open(`/orders/withdraw?number=${order.number}${query}`)
  expect(form.status).toBe(200)
  const asked = await send(form, { email })
  expect(asked.status).toBe(200)
  await shop.idle()
  return { form: asked, code: /\b\d{6}\b/.exec(newest()?.Text ?? '')?.[0] ?? '' }
}

const operate = async (path: string, body: object = {}) => {
  const answer = await shop.admin.client.post(`/v1/admin/${path}`, body)
  expect(answer.status, answer.text).toBe(200)
  await shop.idle()
  return answer.body
}
const withdrawalsOf = async (orderId: string) =>
  (await shop.admin.client.get(`/v1/admin/withdrawals?orderId=${orderId}`)).body.items
const refundsMade = async () => (await shop.ledger()).refunds.length

test('a delivered order: link in the mail, two forms, receipt on the page and by mail, goods back, money back', async () => {
  const ordered = await anOrder()
  const { guest, order, newest } = ordered
  await guest.pay(order.id)
  await shop.idle()
  await shop.admin.ship(order.id)
  await shop.admin.deliver(order.id)
  await shop.idle()
  const orderPage = /^https?:\/\/\S+\/orders\/view\?ticket=\S+$/m.exec(newest()?.Text ?? '')?.[0] ?? ''
  const link = /href="(\/orders\/withdraw\?[^"]+)"/.exec(await (await fetch(orderPage)).text())?.[1] ?? ''
  expect(await open(unescaped(link))).toMatchObject({ status: 200, html: expect.stringContaining(`value="${order.number}"`) })

  const { form, code } = await askForCode(ordered)
  const wrong = await send(form, { code: code === '000000' ? '000001' : '000000' })
  expect(wrong).toMatchObject({ status: 400, html: expect.stringContaining('This code is wrong') })
  const page = await send(wrong, { code })
  expect(page).toMatchObject({ status: 200, html: expect.stringContaining('Your withdrawal has been received') })
  await shop.idle()
  const [withdrawal, ...others] = await withdrawalsOf(order.id)
  expect(others).toEqual([])
  for (const line of withdrawal.receipt.split('\n').filter(Boolean)) {
    expect(unescaped(page.html)).toContain(line)
    expect(ordered.mails().some(({ Text }) => Text.includes(line))).toBe(true)
  }

  const before = await refundsMade()
  const [back] = (await shop.admin.client.get(`/v1/admin/returns?orderId=${order.id}`)).body.items
  expect(back).toMatchObject({ state: 'approved', lines: [{ quantity: 2 }] })
  const lines = back.lines.map(({ lineId, quantity }: { lineId: string; quantity: number }) => ({
    lineId,
    quantity,
    restock: true,
  }))
  await operate(`returns/${back.id}/receive`, { lines })
  await operate(`returns/${back.id}/refund`)
  expect(await refundsMade()).toBe(before + 1)
  expect(await shop.admin.order(order.id)).toMatchObject({ returnStatus: 'full', refundStatus: 'full' })
  expect(newest()?.Text).toMatch(/ {2}2 × REGRET-1\n-+\nThis refund +€30\.00\n/)
})

test('a paid order that is not shipped, in German: two confirmations at once give one receipt, one cancellation and one refund', async () => {
  const ordered = await anOrder('de')
  const { guest, order } = ordered
  await guest.pay(order.id)
  await shop.idle()
  const { form, code } = await askForCode(ordered, '&locale=de')
  const before = await refundsMade()
  const both = await Promise.all([send(form, { code }), send(form, { code })])
  expect(both.map(({ status }) => status)).toEqual([200, 200])
  for (const { html } of both) expect(html).toContain('Ihr Widerruf ist eingegangen')
  await shop.idle()
  expect(await withdrawalsOf(order.id)).toHaveLength(1)
  expect(ordered.mails().filter(({ Text }) => Text.includes('Wir haben Ihren Widerruf'))).toHaveLength(1)
  expect(await shop.admin.order(order.id)).toMatchObject({
    status: 'cancelled',
    refundStatus: 'full',
    refunds: [{ state: 'succeeded' }],
  })
  expect(await refundsMade()).toBe(before + 1)
})

test.each(['before it is shipped', 'after it is delivered'] as const)(
  'a free order %s: the goods come back, and nothing is refunded or announced as refunded',
  async (when) => {
    const client = shop.admin.client
    const gift = { name: 'Gift', trigger: 'automatic', effect: { kind: 'percent', percent: 100 } }
    const { id } = (await client.post('/v1/admin/promotions', gift, { key: null })).body
    await shop.idle()
    const ordered = await anOrder()
    const { order } = ordered
    expect((await client.del(`/v1/admin/promotions/${id}`)).status).toBe(204)
    expect(await shop.admin.order(order.id)).toMatchObject({ status: 'processing', paymentStatus: 'not_required' })
    const stock = await shop.admin.stockOf('REGRET-1')
    const ledger = await shop.ledger()
    if (when === 'after it is delivered') {
      await shop.admin.ship(order.id)
      await shop.admin.deliver(order.id)
      await shop.idle()
    }
    const { form, code } = await askForCode(ordered)
    expect((await send(form, { code })).status).toBe(200)
    await shop.idle()
    if (when === 'after it is delivered') {
      const [back] = (await client.get(`/v1/admin/returns?orderId=${order.id}`)).body.items
      await operate(`returns/${back.id}/receive`, { lines: [{ lineId: back.lines[0].lineId, quantity: 2, restock: true }] })
      expect(await operate(`returns/${back.id}/refund`)).toMatchObject({ state: 'refunded', refundId: null })
    }
    expect(await shop.admin.order(order.id)).toMatchObject(
      when === 'after it is delivered'
        ? { status: 'delivered', returnStatus: 'full', refundStatus: 'none', refunds: [] }
        : { status: 'cancelled', paymentStatus: 'not_required', refundStatus: 'none', refunds: [] },
    )
    expect((await shop.admin.stockOf('REGRET-1')).onHand).toBe(stock.onHand + 2)
    expect(await shop.ledger()).toEqual(ledger)
    for (const { Subject, Text } of ordered.mails()) expect(`${Subject}\n${Text}`).not.toMatch(/refunded|sent .* back to/i)
    const doctor = await client.get('/v1/admin/open-issues')
    expect(JSON.stringify(doctor.body)).not.toContain(order.id)
  },
)
