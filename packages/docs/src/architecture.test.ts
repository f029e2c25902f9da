// Architecture rules, read off the folders: import rules, and the only places for environment, signals and SQL tables.
import { posix } from 'node:path'
import { serviceNames } from '@cartwright/contracts'
import { describe, expect, test } from 'vitest'
import { architectureExceptions } from './exceptions.ts'
import { isTest, listSources, type Source } from './sources.ts'

const sources = listSources()
const production = sources.filter(
  ({ path }) => !isTest(path) && !/^packages\/(testing|chaos)\/|\/test-shop\/|\/(fixtures|test-sandbox)\.ts$/.test(path),
)
const within = (folder: string) => production.filter(({ path }) => path.startsWith(folder))
/** Production files of a folder that every service has: `features`, `domain`, `db`, `integrations`, `invariants`. */
const inServices = (folder: string) => production.filter(({ path }) => new RegExp(`^services/[^/]+/src/${folder}/`).test(path))

const excepted = new Set(architectureExceptions)
/** Exceptions that a rule has used. A test refuses the others. */
const met = new Set<string>()
const offenders = (candidates: readonly Source[], breaks: (source: Source) => string[]): string[] =>
  candidates
    .flatMap((source) => breaks(source).map((what) => `${source.path}: ${what}`))
    .filter((line) => {
      if (!excepted.has(line)) return true
      met.add(line)
      return false
    })

/** A relative specifier as a path from the root; a package's name as it is. */
const resolved = (path: string, specifier: string): string =>
  specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : specifier

const importing = (candidates: readonly Source[], refused: (target: string, source: Source) => boolean): string[] =>
  offenders(candidates, (source) =>
    source.imports.map((specifier) => resolved(source.path, specifier)).filter((target) => refused(target, source)),
  )

const mentioning = (candidates: readonly Source[], pattern: RegExp): string[] =>
  offenders(candidates, ({ text }) =>
    text
      .split('\n')
      .filter((line) => pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line))
      .map((line) => line.trim()),
  )

const except = (...allowed: RegExp[]) => production.filter(({ path }) => !allowed.some((pattern) => pattern.test(path)))

const isService = (specifier: string) =>
  serviceNames.some((name) => specifier === `@cartwright/${name}` || specifier.startsWith(`@cartwright/${name}/`))
const featureOf = (path: string): string | undefined => /^services\/[^/]+\/src\/features\/[^/]+/.exec(path)?.[0]
const isIn = (target: string, ...folders: string[]) =>
  folders.some((folder) => new RegExp(`^services/[^/]+/src/${folder}/`).test(target))

describe('packages', () => {
  /** What each package may import of the project's own; packages that are not listed may import everything below the services. */
  const allowed: Readonly<Record<string, readonly string[]>> = {
    contracts: [],
    concurrency: [],
    pricing: ['contracts'],
    telemetry: ['concurrency', 'contracts'],
    db: ['concurrency'],
    messaging: ['contracts', 'db', 'concurrency', 'telemetry'],
    'service-kit': ['contracts', 'db', 'concurrency', 'telemetry', 'messaging'],
    brand: [],
    storefront: ['brand', 'sdk'],
  }

  test.each(Object.entries(allowed))('%s imports only %j of the project', (name, names) => {
    expect(
      importing(within(`packages/${name}/`), (target) => {
        const own = /^@cartwright\/([^/]+)/.exec(target)?.[1]
        return own !== undefined && !names.includes(own)
      }),
    ).toEqual([])
  })

  test('contracts import typebox and nothing else', () => {
    expect(importing(within('packages/contracts/'), (target) => !target.startsWith('packages/') && target !== 'typebox')).toEqual(
      [],
    )
  })

  test('the SDK imports nothing at run time; only its generator and its tests do', () => {
    expect(importing(within('packages/sdk/src/'), (target) => !target.startsWith('packages/sdk/src/'))).toEqual([])
    const generator = ['@cartwright/contracts', 'json-schema-to-typescript', 'typebox']
    const isOwn = (target: string) => target.startsWith('packages/sdk/generate/') || generator.includes(target)
    expect(importing(within('packages/sdk/generate/'), (target) => !isOwn(target))).toEqual([])
    expect(importing(within('packages/sdk/examples/'), (target) => !/^@cartwright\/sdk(\/|$)/.test(target))).toEqual([])
  })

  test('only the shop imports services, and only their index.ts', () => {
    const others = sources.filter(({ path }) => !path.startsWith('packages/shop/'))
    const shop = sources.filter(({ path }) => path.startsWith('packages/shop/'))
    expect(importing(others, isService)).toEqual([])
    expect(importing(shop, (target) => isService(target) && target.split('/').length > 2)).toEqual([])
  })
})

describe('folders of a service', () => {
  test('a feature never imports another feature', () => {
    expect(
      importing(inServices('features'), (target, { path }) => {
        const other = featureOf(target)
        return other !== undefined && other !== featureOf(path)
      }),
    ).toEqual([])
  })

  test('domain imports neither features nor invariants', () => {
    expect(importing(inServices('domain'), (target) => isIn(target, 'features', 'invariants'))).toEqual([])
  })

  test('db imports neither messaging nor service-kit nor domain nor features', () => {
    expect(
      importing(
        inServices('db'),
        (target) =>
          target.startsWith('@cartwright/messaging') ||
          target === '@cartwright/service-kit' ||
          isIn(target, 'features', 'domain', 'invariants', 'integrations'),
      ),
    ).toEqual([])
  })

  test('integrations import no feature', () => {
    expect(importing(inServices('integrations'), (target) => isIn(target, 'features'))).toEqual([])
  })

  test.each(['stripe', 'nodemailer', '@elastic/elasticsearch', 'minisearch', 'ioredis', 'undici'])(
    'only integrations import the client %s',
    (client) => {
      const outside = within('services/').filter(({ path }) => !isIn(path, 'integrations'))
      expect(importing(outside, (target) => target === client)).toEqual([])
    },
  )

  test.each([
    ['kafkajs', /^packages\/messaging\/src\/transport\/kafka/],
    ['@elastic/elasticsearch', /^services\/catalog\/src\/integrations\/|^packages\/shop\/src\/logs\//],
    ['@opentelemetry', /^packages\/telemetry\/src\//],
  ])('%s is imported in its place only', (library, place) => {
    expect(importing(except(place), (target) => target === library || target.startsWith(`${library}/`))).toEqual([])
  })

  test('pure files know no clock, no randomness and no input or output', () => {
    const decisions = within('services/').filter(({ path }) => /\/(decide|saga)\.ts$/.test(path))
    expect(decisions.length).toBeGreaterThan(3)
    const pure = [...decisions, ...within('packages/pricing/').filter(({ path }) => !path.endsWith('.fixture.ts'))]
    expect(
      importing(
        pure,
        (target) =>
          target.startsWith('node:') || ['@cartwright/db', '@cartwright/messaging', '@cartwright/service-kit'].includes(target),
      ).filter((line) => !line.endsWith('saga.ts: @cartwright/messaging')),
    ).toEqual([])
    expect(mentioning(pure, /Date\.now|new Date\(\)|Math\.random|\bawait\b/)).toEqual([])
  })
})

describe('the outside world', () => {
  const lifecycle = /^packages\/service-kit\/src\/lifecycle\/(run|program)\.ts$/

  /** The storefront imports the SDK and the brand only, so it has its own start and stop. */
  const storefrontProcess = /^packages\/storefront\/server\/main\.ts$/

  test('only service-kit reads the environment', () => {
    const readers = [lifecycle, /^packages\/service-kit\/src\/config\.ts$/, /^infra\//, /^vitest\.config\.ts$/, storefrontProcess]
    expect(mentioning(except(...readers), /\bprocess\.env\b/)).toEqual([])
  })

  test('only service-kit handles signals and exits', () => {
    expect(mentioning(except(lifecycle, /^infra\//, storefrontProcess), /\bprocess\.(on|once|exit)\(/)).toEqual([])
  })

  /** Tables of `names` that SQL outside `home` names. */
  const namingTables = (home: RegExp, names: string): string[] =>
    offenders(except(home, /\/exceptions\.ts$/), ({ text }) => [
      ...new Set(
        [...text.matchAll(new RegExp(`\\b(?:FROM|INTO|UPDATE|JOIN)\\s+(${names})\\b`, 'g'))].map(([, table]) => table ?? ''),
      ),
    ])

  test('tables of messaging are named in messaging only', () => {
    const names = 'outbox_event|inbox_event|dead_letter|work_item|saga_\\w+|lease|delivery_attempt|aggregate_\\w+'
    expect(namingTables(/^packages\/messaging\//, names)).toEqual([])
  })

  test('tables of service-kit are named in service-kit only', () => {
    expect(namingTables(/^packages\/service-kit\//, 'idempotency_key|admin_audit')).toEqual([])
  })
})

test('every exception is still needed', () => {
  expect(architectureExceptions.filter((line) => !met.has(line))).toEqual([])
})
