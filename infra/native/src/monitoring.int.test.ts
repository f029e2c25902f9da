// Prometheus and Alertmanager as local processes: they run with a given configuration and keep their data.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { startAlertmanager } from './alertmanager.ts'
import { startPrometheus } from './prometheus.ts'

const timeout = 60_000
const folder = mkdtempSync(join(tmpdir(), 'cartwright-monitoring-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const writeConfig = (name: string, config: object): string => {
  const file = join(folder, name)
  writeFileSync(file, JSON.stringify(config))
  return file
}

const getJson = async (url: string): Promise<unknown> => (await fetch(url)).json()

test('Prometheus keeps its samples and its port over a power failure', { timeout }, async () => {
  const configFile = writeConfig('prometheus.yml', {
    global: { scrape_interval: '1s' },
    scrape_configs: [{ job_name: 'nothing', static_configs: [{ targets: ['127.0.0.1:1'] }] }],
  })
  const engine = await startPrometheus({ dataDir: join(folder, 'prometheus'), configFile })
  try {
    const countSamples = async (atSec: number): Promise<string> => {
      const query = new URLSearchParams({ query: 'count_over_time(up{job="nothing"}[1h])', time: String(atSec) })
      const { data } = (await getJson(`${engine.url}/api/v1/query?${query}`)) as {
        data: { result: { value: [number, string] }[] }
      }
      return data.result[0]?.value[1] ?? '0'
    }
    await expect.poll(() => countSamples(Date.now() / 1000), { timeout: 20_000, interval: 200 }).not.toBe('0')
    const killedSec = Date.now() / 1000
    const before = await countSamples(killedSec)
    await engine.kill()
    await engine.restart()
    expect(await countSamples(killedSec)).toBe(before)
  } finally {
    await engine.stop()
  }
})

test('Alertmanager keeps its silences over a restart', { timeout }, async () => {
  const configFile = writeConfig('alertmanager.yml', { route: { receiver: 'none' }, receivers: [{ name: 'none' }] })
  const engine = await startAlertmanager({ dataDir: join(folder, 'alertmanager'), configFile })
  try {
    const silence = {
      matchers: [{ name: 'alertname', value: 'NoOrders', isRegex: false, isEqual: true }],
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 3_600_000).toISOString(),
      createdBy: 'test',
      comment: 'the shop is closed',
    }
    const created = await fetch(`${engine.url}/api/v2/silences`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(silence),
    })
    expect(created.status).toBe(200)
    await engine.restart()
    expect(await getJson(`${engine.url}/api/v2/silences`)).toMatchObject([{ comment: 'the shop is closed' }])
  } finally {
    await engine.stop()
  }
})
