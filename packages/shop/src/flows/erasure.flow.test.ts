// Erasure: after an account is closed, no text column of any schema and no key of Redis identifies its owner.
import { randomUUID } from 'node:crypto'
import { identityEvents, orderEvents } from '@cartwright/contracts'
import { type Database, raw, sql } from '@cartwright/db'
import { publish } from '@cartwright/messaging'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { cards, type Shopper, shopper } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

const password = 'korrekt-Pferd-9-Batterie'

interface Person {
  name: string
  email: string
  street: string
  phone: string
}
const erika: Person = {
  name: 'Erika Quistorp',
  email: 'erika@quistorp.example',
  street: 'Quarzgasse 17',
  phone: '+49 421 5550171',
}
const moved: Person = {
  name: 'Erika Zumwinkel',
  email: 'e.zumwinkel@post.example',
  street: 'Zinngasse 4',
  phone: '+49 421 5550172',
}
/** A customer whose account stays open: the search must find this data. */
const jonas: Person = {
  name: 'Jonas Xanthopulos',
  email: 'jonas@xanthos.example',
  street: 'Xylophonweg 9',
  phone: '+49 30 5550173',
}

const textsOf = (...people: Person[]): string[] =>
  people.flatMap(({ name, email, street, phone }) => [...name.split(' ').slice(1), email, street, phone])
/** A client names its requests, and the name goes on in the trace of what it causes. */
const named = ({ name }: Person) => ({ 'x-request-id': `request-of-${name.replace(' ', '-')}` })
const addressOf = ({ name, street, phone }: Person) => ({
  name,
  line1: street,
  city: 'Bremen',
  postalCode: '28195',
  country: 'DE',
  phone,
})

let shop: TestShop
beforeAll(async () => {
  const { TEST_REDIS_URL: redisUrl } = process.env
  shop = await startTestShop(redisUrl ? { redisUrl: `${redisUrl.replace(/\/$/, '')}/12` } : {})
  await shop.admin.stockUp({ sku: 'ERASE-1', priceMinor: 1250, stock: 90 })
  await shop.idle()
})
afterAll(() => shop?.stop())

const databaseOf = (owner: 'identity' | 'order' | 'cart'): Database => {
  const { db } = shop.shop.services[owner]
  if (db === null) throw new Error(`${owner} has no schema`)
  return db
}

/** Columns that contain one of `texts`, as `schema.table.column`. */
const findAnywhere = async (texts: readonly string[]): Promise<string[]> => {
  const found = new Set<string>()
  const searchIn = async (owner: string, db: Database): Promise<void> => {
    const columns = await db.rows<{
      t: string
      c: string
    }>`SELECT TABLE_NAME AS t, COLUMN_NAME AS c FROM information_schema.columns
      WHERE table_schema = DATABASE() AND data_type IN ('char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'json')`
    for (const { t, c } of columns) {
      const rows = await db.rows<{ v: string | null }>`SELECT ${raw(`\`${c}\``)} AS v FROM ${raw(`\`${t}\``)}`
      for (const { v } of rows) {
        const held = v?.toLowerCase() ?? ''
        for (const text of texts) if (held.includes(text.toLowerCase())) found.add(`${owner}.${t}.${c}`)
      }
    }
  }
  for (const [owner, service] of Object.entries(shop.shop.services)) if (service.db) await searchIn(owner, service.db)
  return [...found].sort()
}

const codeFor = (address: string): string => {
  const mails = shop.mailbox.messages().filter((mail) => mail.To.some((to) => to.Address === address))
  const code = mails.map((mail) => /\b\d{6}\b/.exec(`${mail.Subject} ${mail.Text}`)?.[0]).find(Boolean)
  if (code === undefined) throw new Error(`no code was mailed to ${address}`)
  return code
}

const register = (person: Person): Promise<Shopper> => {
  const { email, name } = person
  return shopper(
    shop.url,
    async (client) => {
      const asked = await client.post('/v1/auth/register', { email, password, name }, { key: null, headers: named(person) })
      await shop.idle()
      const { registrationId } = asked.body
      const proof = registrationId === undefined ? { email } : { registrationId }
      const verified = await client.post('/v1/auth/verify', { ...proof, code: codeFor(email) }, { key: null })
      expect(verified.status).toBe(200)
      return verified
    },
    () => shop.clock.now(),
  )
}

const order = async (customer: Shopper, person: Person): Promise<{ id: string; number: string }> => {
  const cart = await customer.addToCart('ERASE-1', 1)
  const placed = await customer.client.post(
    '/v1/checkout',
    {
      cartVersion: cart.version,
      expectedTotal: cart.total,
      shippingAddress: addressOf(person),
      billingAddress: addressOf(person),
    },
    { key: randomUUID(), headers: named(person) },
  )
  expect(placed.status).toBe(201)
  await shop.idle()
  return placed.body
}

const paid = async (customer: Shopper, person: Person) => {
  const placed = await order(customer, person)
  await customer.pay(placed.id)
  await shop.idle()
  return placed
}

const changePerson = async ({ client }: Shopper): Promise<void> => {
  const first = await client.patch('/v1/me', { name: moved.name })
  expect(first.status).toBe(200)
  let asked = await client.patch('/v1/me', { email: moved.email, currentPassword: password })
  if (asked.status === 400) asked = await client.patch('/v1/me', { email: moved.email })
  expect(asked.status).toBe(200)
  await shop.idle()
  const confirmed = await client.post('/v1/me/email/confirm', { code: codeFor(moved.email) }, { key: null })
  expect(confirmed.status).toBe(200)
  await client.post('/v1/me/addresses', addressOf(moved), { key: null })
  await shop.idle()
}

const close = async (customer: Shopper): Promise<void> => {
  const authorization = `Bearer ${await customer.accessToken()}`
  const closed = await fetch(`${shop.url}/v1/me`, {
    method: 'DELETE',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ currentPassword: password }),
  })
  expect(closed.status).toBe(204)
  await shop.idle()
}

/** Creates orders with every final status, mails of every kind, notes of an operator, codes, a changed name and address. */
const live = async (customer: Shopper) => {
  await customer.client.post('/v1/me/addresses', addressOf(erika), { key: null })
  const delivered = await order(customer, erika)
  await customer.pay(delivered.id, cards.declines)
  await customer.pay(delivered.id)
  await shop.idle()
  await shop.admin.ship(delivered.id)
  await shop.admin.deliver(delivered.id)
  const note = { reason: `${erika.name} called from ${erika.phone}` }
  await shop.admin.client.post(`/v1/admin/orders/${delivered.id}/refunds`, {
    ...note,
    amount: { amountMinor: 100, currency: 'EUR' },
  })
  const withdrawn = await paid(customer, erika)
  await customer.client.post(`/v1/orders/${withdrawn.id}/cancel`, { reason: `I am ${erika.name}` }, { headers: named(erika) })
  const stopped = await paid(customer, erika)
  await shop.admin.client.post(`/v1/admin/orders/${stopped.id}/cancel`, { ...note, restock: true })
  await customer.client.post('/v1/orders/lookup', { number: delivered.number, email: erika.email }, { key: null })
  await shop.idle()
  const { items } = (await shop.admin.client.get(`/v1/admin/messages?orderId=${delivered.id}&limit=1`)).body
  await shop.admin.client.post(`/v1/admin/messages/${items[0].id}/resend`)
  await changePerson(customer)
  const unpaid = await order(customer, moved)
  await customer.cancel(unpaid.id)
  await customer.client.post('/v1/auth/password/forgot', { email: moved.email }, { key: null, headers: named(moved) })
  await customer.addToCart('ERASE-1', 2)
  await shop.idle()
  return { delivered, withdrawn, stopped, unpaid }
}

test('a day after an account is closed nothing identifies its owner, orders keep totals and numbers, and the address is free', async () => {
  const [customer, other] = [await register(erika), await register(jonas)]
  const orders = await live(customer)
  const otherOrder = await paid(other, jonas)
  const before = await findAnywhere(textsOf(erika, moved))
  for (const place of [
    'order.customer_order.addresses',
    'order.outbox_event.payload',
    'identity.address.details',
    'order.idempotency_key.body',
  ])
    expect(before).toContain(place)
  const totals = await Promise.all(Object.values(orders).map(async ({ id }) => (await shop.admin.order(id)).total))

  await close(customer)
  await shop.advance('23h')
  await shop.idle()

  expect(await findAnywhere(textsOf(erika, moved))).toEqual([])
  const placesOfOther = await findAnywhere(textsOf(jonas))
  for (const place of [
    'order.customer_order.addresses',
    'order.outbox_event.payload',
    'notification.message.recipient',
    'identity.user_account.name',
  ])
    expect(placesOfOther).toContain(place)
  expect(await shop.admin.order(otherOrder.id)).toMatchObject({ email: jonas.email })
  for (const [index, { id, number }] of Object.values(orders).entries())
    expect(await shop.admin.order(id)).toMatchObject({ number, total: totals[index], email: null, addresses: { shipping: null } })
  const again = await register(moved)
  expect(again.id).not.toBe(customer.id)
})

test('an open order of a closed account keeps its address and sends its mails until it ends', async () => {
  const person = { ...erika, email: 'running@quistorp.example' }
  const customer = await register(person)
  const running = await paid(customer, person)
  await close(customer)
  await shop.advance('23h')
  expect(await shop.admin.order(running.id)).toMatchObject({
    email: person.email,
    addresses: { shipping: { line1: person.street } },
  })
  expect((await findAnywhere(textsOf(person))).filter((place) => !place.startsWith('order.'))).toEqual([])
  expect((await shop.admin.ship(running.id)).status).toBe(200)
  expect((await shop.admin.deliver(running.id)).status).toBe(200)
  await shop.idle()
  expect(shop.mailsTo(person.email).filter((subject) => subject.includes(running.number)).length).toBeGreaterThanOrEqual(3)
  await shop.advance('22h')
  // What an erasure records while a sweep is at work waits for the next sweep, five minutes later.
  await shop.advance('10m')
  expect(await findAnywhere(textsOf(person))).toEqual([])
  expect(await shop.admin.order(running.id)).toMatchObject({ status: 'delivered', number: running.number, email: null })
})

test('late requests and events of a closed account create no cart, order, mail or personal data', async () => {
  const person = { ...erika, email: 'late@quistorp.example' }
  const customer = await register(person)
  const done = await paid(customer, person)
  await customer.client.post(`/v1/orders/${done.id}/cancel`, {})
  await shop.idle()
  const cart = await customer.addToCart('ERASE-1', 1)
  const token = await customer.accessToken()
  await close(customer)
  const stale = (path: string, method: string, body?: object) =>
    fetch(shop.url + path, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
  const checkoutBody = { cartVersion: cart.version, expectedTotal: cart.total, shippingAddress: addressOf(person) }
  expect((await stale('/v1/cart/lines', 'POST', { sku: 'ERASE-1', quantity: 1 })).status).toBe(401)
  expect((await stale('/v1/cart', 'GET')).status).toBe(401)
  expect((await stale('/v1/checkout', 'POST', checkoutBody)).status).toBeGreaterThanOrEqual(400)
  expect((await stale('/v1/me/addresses', 'POST', addressOf(person))).status).toBeGreaterThanOrEqual(400)

  const at = shop.clock.now().toISOString()
  const mail = { orderId: done.id, number: done.number, recipient: { email: person.email, name: person.name }, locale: 'en' }
  const [identity, orders, carts] = [databaseOf('identity'), databaseOf('order'), databaseOf('cart')]
  await identity.tx((tx) =>
    publish(tx, identityEvents.passwordChanged, { userId: customer.id, recipient: mail.recipient, locale: 'en', at }),
  )
  await orders.tx(async (tx) => {
    await publish(tx, orderEvents.delivered, { ...mail, at })
    await publish(tx, orderEvents.paymentRequested, {
      ...mail,
      principalId: customer.id,
      attempt: 1,
      amount: cart.total,
      charges: [{ name: 'Thing', quantity: 1, unitAmount: cart.total }],
      successUrl: `https://shop.example/${person.email}`,
      cancelUrl: `https://shop.example/${person.email}`,
      holdUntil: new Date(shop.clock.now().getTime() + 3_600_000).toISOString(),
    })
  })
  const mails = shop.mailsTo(person.email).length
  await shop.idle()
  expect(shop.mailsTo(person.email)).toHaveLength(mails)
  expect((await findAnywhere(textsOf(person))).filter((place) => !place.endsWith('outbox_event.payload'))).toEqual([])
  await shop.advance('23h')
  expect(await findAnywhere(textsOf(person))).toEqual([])
  for (const table of [sql`cart`, sql`cart_merge`])
    expect(await carts.rows`SELECT 1 FROM ${table} WHERE principal_id = ${customer.id}`).toEqual([])
})
