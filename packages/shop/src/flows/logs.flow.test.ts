// Log lines of a purchase: every service writes them, one id finds them in Elasticsearch, and none holds a secret or personal data.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schemaOwners } from '@cartwright/contracts'
import { fieldsOfEveryLine, logDatasets, logFields } from '@cartwright/telemetry'
import { eventually, proxyOf, type TcpProxy, testClient } from '@cartwright/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findInElasticsearch } from '../logs/find-lines.ts'
import { keepLogs } from '../logs/keep-logs.ts'
import { quietLog } from '../test-shop/quiet-log.ts'
import { anAddress, cards, signedIn } from '../test-shop/shopper.ts'
import { startTestShop, type TestShop } from '../test-shop/test-shop.ts'

type Line = Record<string, unknown> & { cartwright?: Record<string, unknown> }

const elasticsearchUrl = process.env.TEST_ELASTICSEARCH_URL ?? ''
if (elasticsearchUrl === '') throw new Error('TEST_ELASTICSEARCH_URL is not set: run these tests through `npm test`')
const opened = new AsyncDisposableStack()
const folder = mkdtempSync(join(tmpdir(), 'cartwright-log-lines-'))
opened.defer(() => rmSync(folder, { recursive: true, force: true }))
const logFile = join(folder, 'shop.log')
const email = 'gerda.grevenkamp@example.net'
const account = { email: 'lena.lindqvist@example.net', name: 'Lena Lindqvist', password: 'a-fine-passphrase-7' }
const passwords = ['wrong-horse-9', account.password, 'changed-passphrase-8', 'reset-passphrase-9'] as const
/** Values that the shop has issued. No line may hold one. */
const issued = { tokens: [] as string[], codes: [] as string[] }
let shop: TestShop
let elasticsearch: TcpProxy
let keeper: ReturnType<typeof keepLogs>
const warnings: string[] = []
let orderId = ''
let lines: Line[] = []

const text = () => readFileSync(logFile, 'utf8')
const readAll = (): Line[] =>
  text()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line))
const ofOrder = () => lines.filter((line) => line['labels.order_id'] === orderId)

const newCode = async (): Promise<string> => {
  await shop.idle()
  const mail = shop.mailbox.messages().find(({ To }) => To.some(({ Address }) => Address === account.email))
  const code = String(/\b\d{6}\b/.exec(mail?.Text ?? '')?.[0])
  issued.codes.push(code)
  return code
}

/** Signs up, signs in, changes the password and resets it; some of it with a wrong password or code. */
const useAccount = async (): Promise<void> => {
  const { post } = testClient(shop.url, async () => null)
  const ask = async (path: string, body: object, status: number) => {
    const answer = await post(path, body, { key: null })
    expect([path, answer.status]).toEqual([path, status])
    return answer.body
  }
  const [wrong, first, changed, reset] = passwords
  const { registrationId } = await ask('/v1/auth/register', account, 202)
  const tokens = await ask('/v1/auth/verify', { registrationId, code: await newCode() }, 200)
  issued.tokens.push(tokens.accessToken, tokens.refreshToken)
  await ask('/v1/auth/login', { email: account.email, password: wrong }, 401)
  const lena = await signedIn(shop.url, account.email, first, () => shop.clock.now())
  issued.tokens.push(await lena.accessToken())
  const change = { currentPassword: first, newPassword: changed }
  expect((await lena.client.post('/v1/me/password', change, { key: null })).status).toBeLessThan(300)
  await ask('/v1/auth/password/forgot', { email: account.email }, 202)
  const [code, newPassword] = [await newCode(), reset]
  await ask('/v1/auth/password/reset', { email: account.email, code: code === '111111' ? '222222' : '111111', newPassword }, 400)
  await ask('/v1/auth/password/reset', { email: account.email, code, newPassword }, 204)
}

const buy = async (): Promise<string> => {
  const guest = await shop.guest()
  issued.tokens.push(await guest.accessToken())
  const { id } = await guest.placeOrder('LOG-1', 1, { email })
  await guest.pay(id, cards.declines)
  await guest.pay(id)
  await shop.idle()
  await guest.client.get('/v1/admin/orders')
  return id
}

/** Ships and refunds the order. In between the database cannot be reached. */
const completeOrder = async (): Promise<void> => {
  await shop.admin.ship(orderId)
  await shop.idle()
  shop.proxies?.database.refuse()
  await shop.admin.client.get(`/v1/admin/orders/${orderId}`)
  shop.proxies?.database.resume()
  await eventually('the order is refunded', async () => (await shop.admin.refund(orderId)).status === 202, 60_000)
  await shop.idle()
}

const isWritten = (line: string) =>
  eventually(`the log has ${line}`, () => text().lastIndexOf(line) >= 0 && text().endsWith('\n'))

beforeAll(async () => {
  elasticsearch = opened.use(await proxyOf(elasticsearchUrl))
  keeper = keepLogs({
    files: [logFile],
    maxBytes: 100_000_000,
    kept: 1,
    elasticsearchUrl: elasticsearch.through(elasticsearchUrl),
    retentionDays: 30,
    warn: (line) => void warnings.push(line),
  })
  opened.defer(() => keeper.stop())
  shop = opened.use(await startTestShop({ env: { LOG_LEVEL: 'info' }, logFile, proxied: true }))
  await shop.admin.stockUp({ sku: 'LOG-1', stock: 9 })
  await shop.idle()
  await useAccount()
  orderId = await buy()
  await completeOrder()
  await quietLog(logFile)
  lines = readAll()
}, 180_000)
afterAll(() => opened.disposeAsync())

test('every line has the fields of every line and those of its dataset', () => {
  for (const line of lines) {
    const dataset = logDatasets[line['event.dataset'] as keyof typeof logDatasets]
    expect(line).toHaveProperty(['event.dataset'])
    expect(Object.keys(line)).toEqual(expect.arrayContaining([...fieldsOfEveryLine, ...dataset.fields]))
    if ('event.duration' in line) expect(line['event.duration']).toBeGreaterThan(0)
  }
  expect(new Set(lines.map((line) => line['event.dataset']))).toEqual(new Set(Object.keys(logDatasets)))
})

/** Whether Elasticsearch takes the value as of this type. */
const fits = {
  date: (value: unknown) => typeof value === 'string' && !Number.isNaN(Date.parse(value)),
  keyword: (value: unknown) => [value].flat().every((one) => typeof one === 'string'),
  text: (value: unknown) => typeof value === 'string',
  long: Number.isSafeInteger,
  short: Number.isSafeInteger,
}

test('the lines have every declared field, each of its type, and no other', () => {
  const values = Map.groupBy(
    lines.flatMap((line) => Object.entries(line)),
    ([name]) => name,
  )
  values.delete('cartwright')
  expect([...values.keys()].sort()).toEqual(Object.keys(logFields).sort())
  for (const [name, { type }] of Object.entries(logFields))
    expect([name, values.get(name)?.filter(([, value]) => !fits[type](value))]).toEqual([name, []])
})

/** What lines of a service about the order are of. */
const datasetsOf = (service: string) =>
  new Set(ofOrder().flatMap((line) => (line['service.name'] === service ? [line['event.dataset']] : [])))

test.each(schemaOwners.filter((name) => name !== 'identity'))(
  'one search by the order’s id finds events that %s handled',
  (service) => {
    expect(datasetsOf(service)).toContain('cartwright.event')
  },
)

test.each(['gateway', 'order'])('one search by the order’s id finds requests that %s answered', (service) => {
  expect(datasetsOf(service)).toContain('cartwright.request')
})

test.each(['payment', 'notification'])('one search by the order’s id finds jobs of %s', (service) => {
  expect(datasetsOf(service)).toContain('cartwright.job')
})

test('a request names the caller’s role, and a shopper’s request is one line in the gateway and one in the service', () => {
  const placed = lines.filter((line) => line['event.action'] === 'checkout')
  expect(placed.map((line) => line['service.name']).sort()).toEqual(['gateway', 'order'])
  expect(new Set(placed.map((line) => line['trace.id'])).size).toBe(1)
  for (const line of placed)
    expect(line).toMatchObject({ 'http.route': '/v1/checkout', 'http.response.status_code': 201, 'user.roles': ['guest'] })
})

test('the error of a request is a line of the order and of the request', () => {
  const failed = ofOrder().filter((line) => line['http.response.status_code'] === 503 && line['service.name'] === 'order')
  expect(failed.length).toBeGreaterThan(0)
  const errors = ofOrder().filter((line) => line['error.type'] !== undefined && line['service.name'] === 'order')
  expect(errors.map((line) => line['http.request.id'])).toEqual(failed.map((line) => line['http.request.id']))
})

test('the lines of a request have the id that its client chose', async () => {
  const { client } = shop.admin
  const named = (id: string) => client.get(`/v1/admin/orders/${orderId}`, { headers: { 'x-request-id': id } })
  const [words, drawn] = [await named('my-request'), await named('0d9f2c1e-6b7a-4c55-9a10-3f2e8d7c6b5a')]
  expect(words.headers.get('x-request-id')).toBe('my-request')
  await isWritten('0d9f2c1e-6b7a-4c55-9a10-3f2e8d7c6b5a')
  const linesOf = ({ headers }: typeof words) => readAll().filter((line) => line['trace.id'] === headers.get('x-trace-id'))
  await eventually('both services have written', () => linesOf(words).length >= 2 && linesOf(drawn).length >= 2)
  for (const answer of [words, drawn])
    for (const line of linesOf(answer)) expect(line['http.request.id']).toBe(answer.headers.get('x-request-id'))
})

test('refused sign-ins, codes and accesses, and changes of an account, are lines of the security log', () => {
  const actions = lines.filter((line) => line['event.dataset'] === 'cartwright.security').map((line) => line['event.action'])
  expect(actions).toEqual(expect.arrayContaining(['sign_in_failed', 'code_failed', 'access_denied', 'password_changed']))
})

const takingPart = ['gateway', ...schemaOwners.filter((name) => name !== 'identity')]
const textsOf = (found: readonly Record<string, unknown>[]) => found.map((line) => JSON.stringify(line)).sort()

/** Ships what is written, and waits until Elasticsearch shows every line of the order as it stands in the file. */
const findShipped = async (id: string) => {
  await keeper.flush()
  const compared = async () => {
    const found = await findInElasticsearch(elasticsearchUrl, id, 1000)
    return { found, written: readAll().filter((line) => line['labels.order_id'] === id) }
  }
  await eventually('Elasticsearch shows the lines', async () => {
    const { found, written } = await compared()
    return found.length >= written.length
  })
  const { found, written } = await compared()
  expect(textsOf(found)).toEqual(textsOf(written))
  return new Set(found.map((line) => line['service.name']))
}

test('one search in Elasticsearch finds every line of the order, of all services that took part', async () => {
  expect(await findShipped(orderId)).toEqual(new Set(takingPart))
  expect(warnings.filter((line) => line.includes('refuses'))).toEqual([])
})

test('a purchase goes through while Elasticsearch answers nothing, and its lines are shipped later', async () => {
  elasticsearch.freeze()
  const id = await buy()
  expect(await shop.admin.order(id)).toMatchObject({ status: 'processing' })
  await isWritten(id)
  expect(await findInElasticsearch(elasticsearchUrl, id, 1)).toEqual([])
  elasticsearch.resume()
  expect(await findShipped(id)).toEqual(new Set(takingPart))
})

test('no line of a sign-up, a sign-in, a new password or a purchase holds personal data or a secret', () => {
  const { line1, name } = anAddress
  const secrets = [email, account.email, account.name, 'Lindqvist', ...passwords, 'cartwright-demo', line1, name]
  expect([issued.codes.length, issued.tokens.length]).toEqual([2, 5])
  for (const secret of [...secrets, ...issued.tokens]) expect(text()).not.toContain(secret)
  // A number of six digits stands in a duration now and then, but not in a text of its own.
  const texts = readAll().flatMap((line) => JSON.stringify(line).match(/"(?:[^"\\]|\\.)*"/g) ?? [])
  for (const code of issued.codes) expect(texts.filter((one) => new RegExp(`\\b${code}\\b`).test(one))).toEqual([])
})

test('probes write no line', async () => {
  await fetch(`${shop.url}/readyz`)
  await shop.idle()
  expect(text()).not.toContain('"http.route":"/readyz"')
})
