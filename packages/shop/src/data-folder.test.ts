// Data folder: only its owner can read it, and `running.json` holds no password.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import type { Runtime } from './runtime.ts'
import { loadSecrets } from './secrets.ts'
import { runningFile } from './startup-banner.ts'

const root = mkdtempSync(join(tmpdir(), 'cartwright-data-'))
let folder: DataFolder | null = null
afterEach(() => {
  folder?.close()
  rmSync(root, { recursive: true, force: true })
})
const modeOf = (...parts: string[]): string => (statSync(join(root, ...parts)).mode & 0o777).toString(8)

test('only the owner can read the folder, running.json and the secrets, also when an older shop left them readable', async () => {
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'running.json.new'), 'of a shop that was killed', { mode: 0o666 })
  writeFileSync(join(root, 'secrets.json'), '{}', { mode: 0o666 })
  folder = openDataFolder(root)
  folder.writeRunning({ mode: 'embedded' })
  await loadSecrets(folder.path('secrets.json'))
  expect([modeOf(), modeOf('running.json'), modeOf('secrets.json')]).toEqual(['700', '600', '600'])
  expect(JSON.parse(readFileSync(join(root, 'running.json'), 'utf8'))).toEqual({ mode: 'embedded' })
})

test.each([
  ['mysql://root:hunter2@127.0.0.1:3306/', 'mysql://127.0.0.1:3306/'],
  ['mysql://root:hunter2%2Fhunter2%40@db.test:3306/?socket=%2Ftmp%2Fs', 'mysql://db.test:3306/?socket=%2Ftmp%2Fs'],
  ['mysql://root:hun/ter2@127.0.0.1:3306/', null],
])('running.json names an engine at %s without its account', (url, published) => {
  const runtime = {
    publicUrl: 'http://localhost:8080',
    config: { logElasticsearchUrl: 'https://elastic:hunter2@logs.test:9200' },
    database: { url, engine: null },
    devServices: { mailbox: null, sandbox: null },
  }
  const write = () =>
    JSON.stringify(
      runningFile(runtime as unknown as Runtime, {
        mode: 'distributed',
        services: {},
        moved: [],
        redis: 'rediss://user:hunter2@redis.test:6379/0',
        elasticsearch: 'https://elastic:hunter2@search.test:9200',
      }),
    )
  if (published === null) return expect(write).toThrow()
  expect(write()).not.toContain('hunter2')
  expect(JSON.parse(write())).toMatchObject({
    mysql: published,
    redis: 'rediss://redis.test:6379/0',
    elasticsearch: 'https://search.test:9200/',
  })
})
