// The dashboards' files: fresh, laid out without gaps of meaning, and bound to data sources and variables that exist.
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { dashboards, fileOf } from './dashboards.ts'

interface Target {
  refId: string
  datasource?: { uid: string; type: string }
}

interface Panel {
  id: number
  type: string
  title?: string
  description?: string
  gridPos: { x: number; y: number; w: number; h: number }
  datasource?: { uid: string; type: string }
  targets?: Target[]
  fieldConfig?: { defaults: { unit?: string } }
}

interface Stored {
  uid: string
  title: string
  description: string
  panels: Panel[]
  templating: { list: { name: string; datasource?: { uid: string } }[] }
}

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const names = Object.keys(dashboards)
const stored = (name: string): Stored => JSON.parse(read(`dashboards/${name}`)) as Stored
const withQueries = (name: string): Panel[] => stored(name).panels.filter(({ type }) => type !== 'row' && type !== 'text')

const { datasources } = parse(read('provisioning/datasources/cartwright.yml')) as { datasources: { uid: string; type: string }[] }
const typeOf = new Map(datasources.map(({ uid, type }) => [uid, type]))

/** Variables that Grafana itself sets. */
const ofGrafana = new Set(['__rate_interval', '__range', '__value', '__all'])

test('every dashboard has a uid and a title of its own', () => {
  const all = names.map(stored)
  expect(new Set(all.map(({ uid }) => uid)).size).toBe(names.length)
  expect(new Set(all.map(({ title }) => title)).size).toBe(names.length)
})

describe.each(names)('%s', (name) => {
  test('is fresh (run `pnpm --filter @cartwright/grafana generate`)', () => {
    const dashboard = dashboards[name]
    expect(dashboard && fileOf(dashboard)).toBe(read(`dashboards/${name}`))
  })

  test('has panels that say what they show', () => {
    const silent = withQueries(name).filter(({ title = '', description = '' }) => title.length < 4 || description.length < 15)
    expect(silent.map(({ title, id }) => `${id} ${title}`)).toEqual([])
  })

  test('has metrics with a unit', () => {
    const bare = withQueries(name).filter(
      ({ datasource, fieldConfig }) => datasource?.type === 'prometheus' && !fieldConfig?.defaults.unit,
    )
    expect(bare.map(({ title }) => title)).toEqual([])
  })

  test('has panels with ids of their own that lie side by side', () => {
    const { panels } = stored(name)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    )
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length)
    expect(new Set(cells).size).toBe(cells.length)
    expect(panels.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([])
  })

  test('asks only data sources that are provisioned', () => {
    const asked = withQueries(name).flatMap(({ datasource, targets = [] }) => [
      datasource,
      ...targets.map((target) => target.datasource),
    ])
    expect(asked.length).toBeGreaterThan(0)
    expect(asked.filter((source) => source === undefined || typeOf.get(source.uid) !== source.type)).toEqual([])
  })

  test('uses the variables that it declares, and no others', () => {
    const { panels, templating } = stored(name)
    const used = new Set(
      [...JSON.stringify([panels, templating.list]).matchAll(/\$\{?(\w+)/g)]
        .map((match) => match[1] ?? '')
        .filter((each) => !ofGrafana.has(each)),
    )
    expect([...used].sort()).toEqual(templating.list.map((variable) => variable.name).sort())
  })
})
