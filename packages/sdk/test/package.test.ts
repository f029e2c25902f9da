// The package as it is published: complete, without dependencies, small, and typed for strict consumers of two compilers.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { adminOpsApi, apis, type Endpoint, gatewayApi, sdkSample } from '@cartwright/contracts'
import { rolldown } from 'rolldown'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { methodsSource } from '../generate/methods.ts'
import { listOperations } from '../generate/operations.ts'
import { typesSource } from '../generate/types.ts'

const root = join(import.meta.dirname, '..')
const { resolve } = createRequire(import.meta.url)
const compilers = {
  'TypeScript 5.9': join(resolve('typescript-5/package.json'), '..', 'bin', 'tsc'),
  'TypeScript 7': join(root, '..', '..', 'node_modules', 'typescript', 'bin', 'tsc'),
}

let folder: string
let installed: string

const run = (program: string, args: string[], cwd: string): string => {
  try {
    return execFileSync(program, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  } catch (error) {
    const { stdout, stderr } = error as { stdout: string; stderr: string }
    throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`)
  }
}

/** Packs the package and unpacks it where a consumer would have it. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sdk-consumer-'))
  installed = join(folder, 'node_modules', '@cartwright', 'sdk')
  mkdirSync(installed, { recursive: true })
  run('pnpm', ['pack', '--pack-destination', folder], root)
  const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz')) ?? ''
  run('tar', ['xzf', join(folder, tarball), '-C', installed, '--strip-components=1'], folder)
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }')
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const consumer = `
import { createClient, isApiError, webStorageTokens, type Cart, type ErrorOf, type Input, type Order, type OrderEvent } from '@cartwright/sdk'
import { createAdminClient } from '@cartwright/sdk/admin'
import { verifyWebhook } from '@cartwright/sdk/webhooks'

const shop = createClient({ baseUrl: 'https://shop.example', tokens: webStorageTokens(localStorage), currency: 'EUR' })
export const names = async (): Promise<string[]> => {
  const found: string[] = []
  for await (const product of shop.products.list({ category: 'home' })) found.push(product.name)
  const query: Input<'searchProducts'>['query'] = { q: 'mug', 'option.colour': ['red'], limit: 5 }
  for await (const product of shop.search.products(query)) found.push(product.name)
  return found
}
export const first = async (): Promise<string | null> => (await shop.products.list()).nextCursor
export const cart = (): Promise<Cart> => shop.cart.add({ sku: 'MUG', quantity: 1 })
export const order: Promise<Order> = shop.request('getOrder', { params: { orderId: 'ord_1' } })
export const text = (event: OrderEvent): string => (event.type === 'order' ? event.data.number : event.data.state)
export const why = (error: unknown): number => (isApiError(error, 'out_of_stock') ? (error.details.shortages?.length ?? 0) : 0)
export const narrowed = (error: ErrorOf<'checkout'>): string | undefined => {
  switch (error.code) {
    case 'cart_changed':
      return error.details.orderId
    case 'price_changed':
      return error.details.total?.currency
    default:
      return error.traceId
  }
}
const admin = createAdminClient({ baseUrl: 'https://shop.example' })
export const ship = () => admin.orders.ship('ord_1', { carrier: 'DHL', trackingNumber: '1' }, { ifMatch: '"1"', idempotencyKey: 'k' })
export const event = async (payload: string, headers: Headers) => (await verifyWebhook<{ id: string }>({ payload, headers, secret: 's' })).data.id

// @ts-expect-error A body is required.
void shop.cart.add()
// @ts-expect-error There is no such member.
void shop.cart.add({ sku: 'MUG', amount: 1 })
// @ts-expect-error There is no such code.
isApiError(0, 'out_of_socks')
// @ts-expect-error A read takes no condition.
void admin.orders.get('ord_1', { ifMatch: '"1"' })
// @ts-expect-error The client of shoppers makes no calls of operators.
void shop.request('refundOrder', {})
`

const strict = [
  ...['--noEmit', '--strict', '--noUncheckedIndexedAccess', '--exactOptionalPropertyTypes', '--verbatimModuleSyntax'],
  ...['--skipLibCheck', 'false', '--target', 'es2022', '--lib', 'es2022,dom,dom.iterable'],
]

test.each(Object.entries(compilers))(
  '%s compiles a strict consumer',
  (_, compiler) => {
    writeFileSync(join(folder, 'consumer.ts'), consumer)
    run(process.execPath, [compiler, ...strict, '--module', 'nodenext', 'consumer.ts'], folder)
    run(process.execPath, [compiler, ...strict, '--module', 'esnext', '--moduleResolution', 'bundler', 'consumer.ts'], folder)
  },
  120_000,
)

test('the sample of each operation compiles', () => {
  const endpoints = [...Object.values(apis), adminOpsApi, gatewayApi].flatMap((api): Endpoint[] => Object.values(api))
  const samples = endpoints.flatMap((endpoint) => sdkSample(endpoint, 'http://localhost:8080') ?? [])
  expect(samples.length).toBeGreaterThan(100)
  const files = samples.map((sample, index) => {
    writeFileSync(join(folder, `sample-${index}.ts`), `${sample}\nexport {}\n`)
    return `sample-${index}.ts`
  })
  run(process.execPath, [compilers['TypeScript 7'], ...strict, '--module', 'nodenext', ...files], folder)
}, 60_000)

test('the package has no dependency and imports only itself', () => {
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'))
  expect(manifest).not.toHaveProperty('dependencies')
  expect(manifest).not.toHaveProperty('peerDependencies')
  expect(Object.keys(manifest.exports)).toEqual(['.', './admin', './webhooks'])
  expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json'])
  const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.(js|d\.ts)$/.test(name),
  )
  const foreign = files.flatMap((name) =>
    [...readFileSync(join(installed, 'dist', name), 'utf8').matchAll(/(?:from|import)\s*\(?'([^'.][^']*)'/g)].map(
      ([all]) => `${name}: ${all}`,
    ),
  )
  expect(foreign).toEqual([])
})

test('Node imports what is published', () => {
  const script =
    "const { createClient } = await import('@cartwright/sdk'); console.log(typeof createClient({ baseUrl: 'http://x' }).cart.add)"
  expect(run(process.execPath, ['--input-type=module', '--eval', script], folder).trim()).toBe('function')
})

/** Bytes of a bundle of modules, minified and compressed. */
const gzipped = async (...modules: string[]): Promise<number> => {
  const entry = join(folder, 'entry.js')
  writeFileSync(entry, modules.map((name) => `export * from '${name}'`).join('\n'))
  const bundle = await rolldown({ input: entry, platform: 'browser' })
  const { output } = await bundle.generate({ minify: true })
  return gzipSync(output[0].code, { level: 9 }).length
}

test('the client is at most 7 kB, operators’ calls at most 4 kB more', async () => {
  const client = await gzipped('@cartwright/sdk')
  expect(client).toBeLessThanOrEqual(7000)
  expect((await gzipped('@cartwright/sdk', '@cartwright/sdk/admin')) - client).toBeLessThanOrEqual(4000)
})

test('operators have a method for each of their calls, and no two calls share one', () => {
  const operations = listOperations()
  const without = operations.filter(({ endpoint, method }) => endpoint.auth === 'admin' && method?.client !== 'admin')
  expect(without.map(({ endpoint }) => endpoint.operationId)).toEqual([])
})

test('what is generated is fresh (run `pnpm --filter @cartwright/sdk generate`)', async () => {
  const generated = (name: string) => readFileSync(join(root, 'src', 'generated', name), 'utf8')
  expect(generated('shop.ts')).toBe(methodsSource('shop'))
  expect(generated('admin.ts')).toBe(methodsSource('admin'))
  expect(generated('types.ts')).toBe(await typesSource())
})
