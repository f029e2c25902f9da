// The rules of the house: who may import whom, and where the outside world is met. Each failure names the file and the rule.
import { posix } from 'node:path'
import { describe, expect, test } from 'vitest'
import { isTest, listFiles, listSources, type Source } from './sources.ts'

const sources = listSources()
const services = ['gateway', 'identity', 'catalog', 'cart', 'order', 'payment', 'notification']
const isService = (specifier: string) =>
  services.some((name) => specifier === `@cartwright/${name}` || specifier.startsWith(`@cartwright/${name}/`))
const within = (folder: string) => sources.filter((source) => source.path.startsWith(folder))
const production = sources.filter(
  ({ path }) =>
    !isTest(path) &&
    !path.includes('/test-shop/') &&
    !path.startsWith('packages/testing/') &&
    !path.startsWith('packages/chaos/'),
)

const offenders = (candidates: readonly Source[], breaks: (source: Source) => string[]): string[] =>
  candidates.flatMap((source) => breaks(source).map((what) => `${source.path}: ${what}`))

/** What answers requests or events is a slice; a folder of pieces that several slices use is not. */
const slices = new Set(
  listFiles('services/*/src/*/*.ts')
    .filter((path) => /\/(routes?|handlers|job|on-[a-z-]+)\.ts$/.test(path))
    .map((path) => posix.dirname(path)),
)

const importing = (candidates: readonly Source[], refused: (specifier: string, source: Source) => boolean): string[] =>
  offenders(candidates, (source) => source.imports.filter((specifier) => refused(specifier, source)))

const mentioning = (candidates: readonly Source[], pattern: RegExp): string[] =>
  offenders(candidates, (source) =>
    source.text
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) && !/^\s*(\/\/|\*|\/\*)/.test(line) ? [`line ${index + 1}: ${line.trim()}`] : [],
      ),
  )

const except = (...allowed: RegExp[]) => production.filter(({ path }) => !allowed.some((pattern) => pattern.test(path)))

describe('imports', () => {
  test('a service never imports a service; only the shop does, and only their faces', () => {
    expect(
      importing(
        sources.filter(({ path }) => !path.startsWith('packages/shop/')),
        isService,
      ),
    ).toEqual([])
    expect(importing(within('packages/shop/'), (specifier) => isService(specifier) && specifier.split('/').length > 2)).toEqual(
      [],
    )
  })

  test('contracts import typebox and nothing else', () => {
    const own = within('packages/contracts/').filter(({ path }) => !isTest(path))
    expect(importing(own, (specifier) => !specifier.startsWith('.') && specifier !== 'typebox')).toEqual([])
  })

  test('db imports nothing of ours; messaging and the kit know contracts, db and messaging only', () => {
    const ours = (specifier: string) => specifier.startsWith('@cartwright/')
    const allowed = new Set(['@cartwright/contracts', '@cartwright/db', '@cartwright/messaging', '@cartwright/messaging/kafka'])
    const plain = (folder: string) => within(folder).filter(({ path }) => !isTest(path))
    expect(importing(plain('packages/db/'), ours)).toEqual([])
    expect(
      importing(
        plain('packages/messaging/'),
        (specifier) => ours(specifier) && specifier !== '@cartwright/contracts' && specifier !== '@cartwright/db',
      ),
    ).toEqual([])
    expect(importing(plain('packages/service-kit/'), (specifier) => ours(specifier) && !allowed.has(specifier))).toEqual([])
  })

  test('a slice never imports another slice, but for the saga that it starts or feeds', () => {
    const shared = /\/(db|seed|[a-z-]+-saga)$/
    const breaks = importing(
      within('services/').filter(({ path }) => !isTest(path)),
      (specifier, { path }) => {
        if (!specifier.startsWith('.') || path.endsWith('/src/service.ts')) return false
        const target = posix.dirname(posix.join(posix.dirname(path), specifier))
        return target !== posix.dirname(path) && slices.has(target) && !shared.test(target) && /\/src\/[^/]+\//.test(path)
      },
    )
    expect(breaks).toEqual([])
  })
})

describe('the outside world', () => {
  test('the environment is read by the kit alone', () => {
    expect(
      mentioning(
        except(/^packages\/service-kit\/src\/(config|run|program)\.ts$/, /^infra\//, /^vitest\.config\.ts$/),
        /\bprocess\.env\b/,
      ),
    ).toEqual([])
  })

  test('signals and exits are the kit’s business', () => {
    expect(
      mentioning(except(/^packages\/service-kit\/src\/(run|program)\.ts$/, /^infra\//), /\bprocess\.(on|once|exit)\(/),
    ).toEqual([])
  })

  test.each([
    ['kafkajs', /^packages\/messaging\/src\/transport\/kafka/],
    ['stripe', /^(services\/payment|packages\/stripe-sandbox)\//],
    ['nodemailer', /^services\/notification\//],
    ['@elastic/elasticsearch', /^services\/catalog\//],
  ])('%s is spoken to in one place', (library, home) => {
    expect(importing(except(home), (specifier) => specifier === library)).toEqual([])
  })

  test('pure files know no clock, no randomness and no input or output', () => {
    const pure = sources.filter(({ path }) => /\/(decide|saga)\.ts$/.test(path) && path.startsWith('services/'))
    expect(pure.length).toBeGreaterThan(3)
    expect(
      importing(
        pure,
        (specifier) => specifier.startsWith('node:') || specifier === '@cartwright/db' || specifier === '@cartwright/service-kit',
      ),
    ).toEqual([])
    expect(mentioning(pure, /Date\.now|new Date\(\)|Math\.random|\bawait\b/)).toEqual([])
  })
})

describe('shape', () => {
  test('there are no default exports but in configuration files', () => {
    expect(mentioning(except(/\.config\.ts$/), /^export default\b/)).toEqual([])
  })

  test('index.ts is a package’s face and nothing else', () => {
    expect(listFiles('*/index.ts').filter((path) => !/^(services|packages|infra)\/[^/]+\/src\/index\.ts$/.test(path))).toEqual([])
  })

  test('nothing is called utils, helpers, manager or DTO', () => {
    expect(
      listFiles('*.ts', '*.mjs').filter((path) => /(^|\/)(utils?|helpers?|misc)(\/|\.ts)|manager\.ts|dto/i.test(path)),
    ).toEqual([])
    expect(mentioning(production, /\b(class|interface|type) \w+(Dto|DTO|Impl|Manager)\b/)).toEqual([])
  })

  test('only errors are classes', () => {
    expect(
      mentioning(production, /\bclass \w+(?! extends (Error|\w+Error)\b)/).filter((line) => !/extends \w*Error\b/.test(line)),
    ).toEqual([])
  })

  test('modules keep no state of their own', () => {
    expect(mentioning(except(/^infra\/[a-z-]+\.ts$/), /^(export )?(let|var)\b/)).toEqual([])
  })

  test('a file has at most 300 lines', () => {
    expect(
      sources.filter(({ text }) => text.split('\n').length > 301).map(({ path, text }) => `${path}: ${text.split('\n').length}`),
    ).toEqual([])
  })

  test('a slice has at most 8 files', () => {
    const folders = Map.groupBy(
      listFiles('services/*/src/*/*.ts').filter((path) => slices.has(posix.dirname(path))),
      (path) => posix.dirname(path),
    )
    expect(
      [...folders]
        .filter(([, files]) => files.length > 8 + files.filter(isTest).length)
        .map(([folder, files]) => `${folder}: ${files.length}`),
    ).toEqual([])
  })

  test('every file begins by saying what it does', () => {
    expect(sources.filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*\*)/.test(text)).map(({ path }) => path)).toEqual([])
  })

  test('no escape from the type system is left unexplained', () => {
    expect(
      mentioning(production, /\bas any\b|: any\b|@ts-(ignore|nocheck|expect-error)|as unknown as/).filter(
        (line) => !line.includes('biome-ignore'),
      ),
    ).toEqual([])
  })
})
