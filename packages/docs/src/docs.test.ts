// Tests of the documents: generated files are fresh, links resolve, commands exist, each event has a publisher and a consumer.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { allEvents, errorKinds } from '@cartwright/contracts'
import { allServices } from '@cartwright/shop'
import { describe, expect, test } from 'vitest'
import { documents, readers } from './documents.ts'
import { listFiles, readText, root } from './sources.ts'

/** Pages for readers of the project. Those of the storefront's shoppers link its own pages. */
const pages = listFiles('*.md').filter(
  (path) => !path.includes('/generated/') && !path.startsWith('packages/storefront/content/'),
)

test.each([...documents()])('%s is fresh (run `pnpm --filter @cartwright/docs generate`)', (path, content) => {
  expect(existsSync(join(root, path)) ? readText(path) : 'absent').toBe(content)
})

test('every event has a consumer, or is marked for operators', () => {
  const read = readers()
  expect(allEvents.filter((event) => !event.external && read[event.name]?.length === 0).map((event) => event.name)).toEqual([])
})

test('every event has a publisher that exists', () => {
  const names = new Set<string>(allServices.map((service) => service.name))
  expect(allEvents.filter((event) => !names.has(event.publisher)).map((event) => event.name)).toEqual([])
})

test('every service and package has a README', () => {
  const folders = new Set(listFiles('services/*/package.json', 'packages/*/package.json').map((path) => dirname(path)))
  expect([...folders].filter((folder) => !existsSync(join(root, folder, 'README.md')))).toEqual([])
})

test('every error code has a remedy', () => {
  expect(
    Object.entries(errorKinds)
      .filter(([, kind]) => kind.remedy.length < 10)
      .map(([code]) => code),
  ).toEqual([])
})

describe.each(pages)('%s', (path) => {
  const text = readText(path)

  test('has links that resolve', () => {
    const targets = [...text.matchAll(/\]\((?!https?:|mailto:|#)([^)\s#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '')
    expect(targets.filter((target) => !existsSync(join(root, dirname(path), target)))).toEqual([])
  })

  test('names only commands that exist', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { scripts: Record<string, string> }
    const named = [...text.matchAll(/\bnpm (?:run )?(start:distributed|start|test|bench|chaos|[a-z]+:[a-z:]+)\b/g)].map(
      (match) => match[1] ?? '',
    )
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([])
  })
})
