// Log lines: names of the Elastic Common Schema, the trace of the work, and redaction.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { createLogger } from './logger.ts'
import { newTrace, runInTrace, traceIdOf } from './trace.ts'

const logged = (work: (log: ReturnType<typeof createLogger>) => void) => {
  const lines: Record<string, unknown>[] = []
  work(createLogger('order', 'info', { write: (line) => void lines.push(JSON.parse(line)) }))
  return lines
}

test('a line has the names of the schema, and fields of the project stand below one name', () => {
  const [line] = logged((log) =>
    log.info({ saga: 'checkout', 'event.outcome': 'success', 'labels.order_id': 'ord_1' }, 'saga: began'),
  )
  expect(line).toEqual({
    '@timestamp': expect.stringMatching(/^\d{4}-.*Z$/),
    'log.level': 'info',
    'ecs.version': expect.any(String),
    'service.name': 'order',
    'event.dataset': 'cartwright.app',
    'event.outcome': 'success',
    'labels.order_id': 'ord_1',
    cartwright: { saga: 'checkout' },
    message: 'saga: began',
  })
})

test('a line names the trace and the request of its work', () => {
  const trace = newTrace('req_1')
  const [line] = logged((log) => runInTrace(trace, () => log.warn({}, 'a warning')))
  expect(line).toMatchObject({ 'trace.id': traceIdOf(trace), 'http.request.id': 'req_1', 'log.level': 'warn' })
})

test('an error shows its type, message, stack, cause and code, and no value of its statement', () => {
  const cause = new Error('the socket was closed')
  const error = Object.assign(new TypeError('no answer', { cause }), { code: 'ECONNRESET', sql: "INSERT 'ann@example.net'" })
  const [line] = logged((log) => log.error({ err: error }, 'failed'))
  expect(line).toMatchObject({
    'error.type': 'TypeError',
    'error.message': expect.stringContaining('no answer'),
    'error.stack_trace': expect.stringContaining('the socket was closed'),
    'error.code': 'ECONNRESET',
  })
  expect(JSON.stringify(line)).not.toContain('ann@example.net')
})

test('a request object of the HTTP server is left out, because its headers hold tokens', () => {
  const [line] = logged((log) => log.warn({ req: { headers: { authorization: 'SECRET' } }, reason: 'odd' }, 'a request'))
  expect(line).toMatchObject({ cartwright: { reason: 'odd' } })
  expect(JSON.stringify(line)).not.toContain('SECRET')
})

test('something thrown that is no error is named', () => {
  expect(logged((log) => log.error({ err: 'gone' }, 'failed'))[0]).toMatchObject({ 'error.message': 'gone' })
})

test.each(['password', 'code', 'refreshToken', 'email', 'shippingAddress'])(
  'the field %s is redacted, also one level down',
  (name) => {
    const lines = logged((log) => {
      log.info({ [name]: 'SECRET' }, 'flat')
      log.info({ given: { [name]: 'SECRET' } }, 'nested')
    })
    expect(JSON.stringify(lines)).not.toContain('SECRET')
    expect(lines).toHaveLength(2)
  },
)

test('lines reach a file soon, in their order, without more lines to push them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'logger-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const file = join(folder, 'logs', 'order.log')
  const log = createLogger('order', 'info', file)
  for (let line = 1; line <= 3; line++) log.info(`line ${line}`)
  const messages = () =>
    (existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : []).map((line) => JSON.parse(line).message)
  await vi.waitFor(() => expect(messages()).toEqual(['line 1', 'line 2', 'line 3']), 2000)
})
