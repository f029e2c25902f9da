// Costs of a CPU profile: time counts for packages, and idle time counts for no package.
import { describe, expect, test } from 'vitest'
import { type CpuProfile, costsOf, packageOf } from './costs.ts'

describe('the package of a source', () => {
  test.each([
    ['file:///x/node_modules/.pnpm/mariadb@3.5.0/node_modules/mariadb/lib/cmd/parser.js', 'mariadb'],
    ['file:///x/node_modules/.pnpm/@fastify+cors@9/node_modules/@fastify/cors/index.js', '@fastify/cors'],
    ['node:internal/deps/undici/undici', 'node:undici'],
    ['node:internal/streams/writable', 'node:streams'],
    ['node:_http_server', 'node:http'],
    ['node:net', 'node:net'],
    ['file:///x/services/order/src/features/place-order/route.ts', 'services/order/place-order'],
    ['file:///x/services/order/src/domain/long-poll.ts', 'services/order'],
    ['file:///x/packages/messaging/src/transport/kafka.ts', 'packages/messaging'],
  ])('of %s is %s', (url, name) => {
    expect(packageOf(url)).toBe(name)
  })
})

describe('the costs of a profile', () => {
  const frame = (functionName: string, url = '') => ({ functionName, url })
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 3, 4] },
      { id: 2, callFrame: frame('(idle)') },
      { id: 3, callFrame: frame('(garbage collector)') },
      { id: 4, callFrame: frame('read', 'file:///x/node_modules/mariadb/lib/a.js'), children: [5] },
      { id: 5, callFrame: frame('parse') },
    ],
    samples: [2, 4, 5, 3],
    timeDeltas: [700, 100, 150, 50],
  }
  test('leave out idle time, name garbage collection, and add V8’s own functions to their caller', () => {
    expect(costsOf(profile)).toEqual([
      { name: 'mariadb', share: 250 / 300, most: 'parse' },
      { name: 'garbage collection', share: 50 / 300, most: null },
    ])
  })
  test('are empty for a profile without samples', () => {
    expect(costsOf({ nodes: [] })).toEqual([])
  })
})
