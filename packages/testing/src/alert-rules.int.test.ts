// Alert rules and settings of Prometheus and Alertmanager, checked and tested by their own tools.
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findAmtool, findPromtool } from '@cartwright/native'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const infra = fileURLToPath(new URL('../../../infra', import.meta.url))
const testFolder = join(infra, 'prometheus', 'tests')
const timeout = 120_000

test('promtool accepts the settings of Prometheus and every rule', { timeout }, async () => {
  const { stdout } = await run(await findPromtool(), ['check', 'config', join(infra, 'prometheus', 'prometheus.yml')])
  expect(stdout).toContain('3 rule files found')
  expect(stdout).not.toContain('FAILED')
})

test.each(readdirSync(testFolder))(
  'each alert of %s is quiet before its fault, fires within two minutes and clears',
  { timeout },
  async (name) => {
    const { stdout } = await run(await findPromtool(), ['test', 'rules', join(testFolder, name)])
    expect(stdout).toContain('SUCCESS')
  },
)

test('amtool accepts the settings of Alertmanager, and routes every alert to the operators', { timeout }, async () => {
  const amtool = await findAmtool()
  const file = join(infra, 'alertmanager', 'alertmanager.yml')
  expect((await run(amtool, ['check-config', file])).stdout).toContain('SUCCESS')
  for (const severity of ['critical', 'warning']) {
    const routed = await run(amtool, ['config', 'routes', 'test', `--config.file=${file}`, `severity=${severity}`])
    expect(routed.stdout.trim()).toBe('operators')
  }
})
