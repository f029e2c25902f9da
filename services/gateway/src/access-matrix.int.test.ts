// Access matrix: calls every route of the contracts in every role and with revoked tokens, and compares the outcome with the table beside this file.

import { adminOpsApi, gatewayApi, identityEvents } from '@cartwright/contracts'
import { textTable } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { proxiedEndpoints } from './features/proxy/routes.ts'
import { admin, ann, type GatewayUnderTest, guest, startGateway } from './fixtures.ts'

const roles = ['anonymous', 'expired', 'revoked', 'closed', 'demoted', 'guest', 'customer', 'admin'] as const

/** Path parameters with values that every schema accepts. */
const concrete = (path: string): string =>
  path.replace(/:([A-Za-z]+)/g, (_, name: string) =>
    name === 'service'
      ? 'order'
      : name === 'deadLetterId'
        ? '1'
        : name.endsWith('Id')
          ? `${name.slice(0, 3)}_000000`
          : 'something',
  )

describe('the access matrix', () => {
  let t: GatewayUnderTest
  const tokens: Record<(typeof roles)[number], string | null> = {
    anonymous: null,
    expired: null,
    revoked: null,
    closed: null,
    demoted: null,
    guest: null,
    customer: null,
    admin: null,
  }
  /** Holders of a revoked token: an admin whose session ended, a customer who closed the account, a demoted admin. */
  const loseRights = async () => {
    const people = {
      revoked: { id: 'usr_revoked01', role: 'admin', sessionId: 'ses_ended0001' },
      closed: { id: 'usr_closed001', role: 'customer' },
      demoted: { id: 'usr_demoted01', role: 'admin' },
    } as const
    for (const [name, principal] of Object.entries(people)) {
      Object.assign(tokens, { [name]: await t.token(principal) })
      const sessionId = 'sessionId' in principal ? { sessionId: principal.sessionId } : {}
      const expiresAt = new Date(t.clock.now().getTime() + 660_000).toISOString()
      const notBefore = new Date(t.clock.now().getTime() + 1).toISOString()
      await t.receive(identityEvents.accessRevoked, { userId: principal.id, notBefore, expiresAt, ...sessionId })
    }
  }
  beforeAll(async () => {
    t = await startGateway('in this process', { GATEWAY_CACHE_ENTRIES: '0' })
    tokens.expired = await t.token(admin)
    await t.clock.advance('11m')
    await loseRights()
    Object.assign(tokens, { guest: await t.token(guest), customer: await t.token(ann), admin: await t.token(admin) })
  })
  afterAll(() => t.stop())

  /** `passes` when the call got past authorization, else the status and code of the refusal. */
  const outcome = async (method: string, path: string, role: (typeof roles)[number]): Promise<string> => {
    const token = tokens[role]
    const answer = await fetch(t.url + concrete(path), {
      method,
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }) },
      ...(method === 'GET' ? {} : { body: '{}' }),
    })
    const text = await answer.text()
    return answer.status === 401 || answer.status === 403 ? `${answer.status} ${JSON.parse(text).code}` : 'passes'
  }

  test('matches the recorded table', async () => {
    const endpoints = [
      ...proxiedEndpoints.map(({ endpoint }) => endpoint),
      ...Object.values(adminOpsApi),
      ...Object.values(gatewayApi),
    ]
    const rows: string[][] = [['method', 'path', ...roles]]
    for (const { method, path } of endpoints.toSorted((a, b) => (`${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1))) {
      rows.push([method, path, ...(await Promise.all(roles.map((role) => outcome(method, path, role))))])
    }
    const head = 'Who may call what. Written by access-matrix.int.test.ts; a change here is a change of rights.\n'
    await expect(`${head}\n${textTable(rows)}\n`).toMatchFileSnapshot('./access-matrix.txt')
  })

  test('gives a revoked token no more access than no token', async () => {
    for (const { endpoint } of proxiedEndpoints.filter((mounted) => mounted.endpoint.auth !== 'public')) {
      for (const role of ['expired', 'revoked', 'closed', 'demoted'] as const)
        expect(await outcome(endpoint.method, endpoint.path, role)).toBe('401 unauthenticated')
    }
  })

  test('opens operator paths to admins only', async () => {
    for (const { endpoint } of proxiedEndpoints) expect(endpoint.path.startsWith('/v1/admin/')).toBe(endpoint.auth === 'admin')
  })
})

describe('public keys', () => {
  test('that cannot be read cause 503 and not 401, because the token may be valid', async () => {
    await using t = await startGateway('in this process', {
      AUTH_JWKS: '',
      AUTH_JWKS_URL: 'http://127.0.0.1:9/.well-known/jwks.json',
    })
    const answer = await t.as(ann).get('/v1/orders')
    expect({ status: answer.status, code: answer.body.code }).toEqual({ status: 503, code: 'upstream_unavailable' })
    expect((await t.anonymous.get('/v1/categories')).status).toBe(200)
  })
})
