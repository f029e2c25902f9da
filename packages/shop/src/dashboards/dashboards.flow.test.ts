// Dashboards on real engines: every query of every panel runs against a Prometheus that scrapes a shop under load, and returns data.
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { eventually } from '@cartwright/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ShopUnderLoad, startShopUnderLoad } from './shop-under-load.fixture.ts'

interface Panel {
  title: string
  targets?: { datasource: { type: string }; expr?: string; legendFormat?: string; format?: string }[]
}

interface Series {
  metric: Record<string, string>
  value: [number, string]
}

interface Question {
  panel: string
  expr: string
  /** Labels that the legend shows. */
  labels: string[]
}

const folder = new URL('../../../../infra/grafana/dashboards/', import.meta.url)

/** Values that Grafana would put in: all services, and ranges that span the test. */
const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll('$__range', '5m').replaceAll('$service', '.*')

const questionsOf = (file: string): Question[] => {
  const { panels } = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as { panels: Panel[] }
  return panels.flatMap(({ title, targets = [] }) =>
    targets
      .filter(({ datasource }) => datasource.type === 'prometheus')
      .map(({ expr = '', legendFormat = '' }) => ({
        panel: title,
        expr: filledIn(expr),
        labels: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label),
      })),
  )
}

const dashboards = readdirSync(folder).filter((file) => questionsOf(file).length > 0)

let load: ShopUnderLoad

beforeAll(async () => {
  const { TEST_REDIS_URL: redisUrl, TEST_ELASTICSEARCH_URL: elasticsearchUrl } = process.env
  if (!redisUrl || !elasticsearchUrl) throw new Error('set TEST_REDIS_URL and TEST_ELASTICSEARCH_URL')
  load = await startShopUnderLoad({ redisUrl, elasticsearchUrl })
  // Rates need two scrapes between which the counters moved.
  await eventually('the first purchase is scraped', async () => (await series('cartwright_payment_outcomes_total')).length > 0)
  await load.work()
}, 180_000)
afterAll(() => load?.[Symbol.asyncDispose]())

const ask = async (path: string): Promise<unknown> => {
  const answer = (await (await fetch(`${load.prometheusUrl}/api/v1/${path}`)).json()) as { error?: string; data: unknown }
  if (answer.error) throw new Error(`${answer.error} in ${decodeURIComponent(path)}`)
  return answer.data
}

const series = async (expr: string): Promise<Series[]> =>
  ((await ask(`query?query=${encodeURIComponent(expr)}`)) as { result: Series[] }).result.filter(
    ({ value }) => value[1] !== 'NaN',
  )

/** What is wrong with the answer to a question; null when it is right. */
const findFault = async ({ panel, expr, labels }: Question): Promise<string | null> => {
  const found = await series(expr)
  if (found.length === 0) return `${panel}: no data for ${expr}`
  const bare = labels.filter((label) => found.every(({ metric }) => !metric[label]))
  return bare.length === 0 ? null : `${panel}: no label ${bare.join(', ')} in ${expr}`
}

/** Asks the questions again until all are answered or the time is up: a gauge appears with the next measurement. */
const findFaults = async (questions: readonly Question[]): Promise<string[]> => {
  const deadline = performance.now() + 30_000
  for (;;) {
    const faults = (await Promise.all(questions.map(findFault))).filter((fault) => fault !== null)
    if (faults.length === 0 || performance.now() > deadline) return faults
    await load.shop.advance('5s')
    await delay(500)
  }
}

describe.each(dashboards)('%s', (file) => {
  const questions = questionsOf(file)

  test('has queries that all return data with the labels of their legends', async () => {
    expect(await findFaults(questions)).toEqual([])
  })

  test('names no metric that the shop does not measure', async () => {
    const measured = new Set((await ask('label/__name__/values')) as string[])
    const named = questions.flatMap(({ expr }) => expr.match(/\b(?:cartwright|nodejs|process)_\w+/g) ?? [])
    expect([...new Set(named)].filter((name) => !measured.has(name))).toEqual([])
  })
})
