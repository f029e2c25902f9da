// `npm run check:fuzz`: runs schemathesis against a new shop, anonymously, as a customer and as an admin. Exit code 1 on any finding.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { root } from './checks.ts'
import { configFor, type Document, leftOut, type Role, roles } from './fuzz-config.ts'
import { FuzzError, provideFuzzer } from './fuzz-tool.ts'

const usualSeed = 20261129
const usualSeconds = 130
const startLimitMs = 120_000
const started = performance.now()

const print = (line: string): void => {
  process.stdout.write(`[${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s] ${line}\n`)
}

interface Options {
  seed: number
  /** Duration of each pass. */
  seconds: number
  passes: readonly Role[]
}

const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: { seed: { type: 'string' }, seconds: { type: 'string' }, pass: { type: 'string', multiple: true } },
  })
  const [seed, seconds] = [Number(values.seed ?? usualSeed), Number(values.seconds ?? usualSeconds)]
  if (!Number.isInteger(seed) || !Number.isInteger(seconds) || seconds < 1)
    throw new FuzzError('--seed and --seconds take whole numbers.')
  const unknown = values.pass?.filter((pass) => !roles.some((role) => role === pass)) ?? []
  if (unknown.length > 0) throw new FuzzError(`There is no pass ${unknown.join(', ')}; there are ${roles.join(', ')}.`)
  return { seed, seconds, passes: roles.filter((role) => values.pass?.includes(role) ?? true) }
}

interface Shop {
  url: string
  /** Lines of level error in the shop's log. */
  failures(): string[]
  stop(): Promise<void>
}

/** Variables that configure a shop of the caller are not passed to this one. */
const environment = (dataDir: string): NodeJS.ProcessEnv => {
  const {
    KAFKA_BROKERS: _,
    REDIS_URL: __,
    ELASTICSEARCH_URL: ___,
    SMTP_URL: ____,
    STRIPE_SECRET_KEY: _____,
    ...own
  } = process.env
  return {
    ...own,
    SHOP_DATA_DIR: dataDir,
    GATEWAY_PORT: '0',
    MAILBOX_PORT: '0',
    STRIPE_SANDBOX_PORT: '0',
    SHOP_SEED_ORDERS: 'false',
    IDENTITY_BCRYPT_COST: '4',
    // Wrong passwords of the fuzzer must not lock its own sign-in.
    IDENTITY_LOGIN_FREE_FAILURES: '1000000',
    IDENTITY_LOGIN_FREE_FAILURES_PER_ADDRESS: '1000000',
    LOG_LEVEL: 'warn',
  }
}

const startShop = async (dataDir: string): Promise<Shop> => {
  const child = spawn(process.execPath, [join(root, 'packages/shop/src/start-embedded.ts')], {
    cwd: root,
    env: environment(dataDir),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000)
    })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  const running = join(dataDir, 'running.json')
  for (const until = performance.now() + startLimitMs; !existsSync(running); ) {
    if (child.exitCode !== null || performance.now() > until) {
      await stop()
      throw new FuzzError(`The shop did not start:\n${output}`)
    }
    await delay(200)
  }
  const { gateway } = JSON.parse(readFileSync(running, 'utf8')) as { gateway: string }
  const failures = (): string[] =>
    readFileSync(join(dataDir, 'logs', 'shop.log'), 'utf8')
      .split('\n')
      .filter((line) => /"log\.level":"(error|fatal)"/.test(line))
  return { url: gateway, failures, stop }
}

interface Pass {
  fuzzer: string
  url: string
  document: Document
  results: string
}

const runPass = async (role: Role, { seed, seconds }: Options, { fuzzer, url, document, results }: Pass): Promise<number> => {
  const folder = join(results, role)
  mkdirSync(folder, { recursive: true })
  const config = join(folder, 'schemathesis.toml')
  const api = join(folder, 'openapi.json')
  writeFileSync(config, configFor(document, role))
  writeFileSync(api, JSON.stringify(document))
  const args = [
    ...['--config-file', config, '--no-color', 'run', api, '--url', url, '--checks', 'all'],
    ...['--seed', String(seed), '--max-time', String(seconds), '--workers', '1', '--continue-on-failure'],
    ...['--suppress-health-check', 'all', '--warnings', 'off', '--request-timeout', '30'],
    ...['--report', 'junit', '--report-junit-path', join(folder, 'junit.xml')],
  ]
  const child = spawn(fuzzer, args, { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] })
  return new Promise((resolve) => {
    child.once('error', () => resolve(1))
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

const main = async (options: Options): Promise<boolean> => {
  const results = join(root, '.data', 'fuzz-results')
  rmSync(results, { recursive: true, force: true })
  mkdirSync(results, { recursive: true })
  const fuzzer = provideFuzzer(root, print)
  const dataDir = mkdtempSync(join(root, '.data', 'fuzz-'))
  print('starting a shop')
  const shop = await startShop(dataDir)
  const failed: string[] = []
  try {
    const document = (await (await fetch(`${shop.url}/openapi.json`)).json()) as Document
    for (const [check, reason] of Object.entries(leftOut)) print(`without ${check}: ${reason}`)
    for (const role of options.passes) {
      print(`== ${role}, seed ${options.seed}, ${options.seconds} s`)
      if ((await runPass(role, options, { fuzzer, url: shop.url, document, results })) !== 0) failed.push(role)
    }
    const failures = shop.failures()
    for (const line of failures.slice(0, 10)) process.stdout.write(`${line.slice(0, 1000)}\n`)
    if (failures.length > 0) failed.push(`${failures.length} failures in the shop’s log`)
  } finally {
    await shop.stop()
    rmSync(dataDir, { recursive: true, force: true })
  }
  print(
    `${options.passes.length} passes with seed ${options.seed}: ${failed.length === 0 ? 'nothing found' : `found something: ${failed.join(', ')}`}`,
  )
  if (failed.length > 0) print(`again: npm run check:fuzz -- --seed ${options.seed}; reports: ${results}`)
  return failed.length === 0
}

try {
  process.exitCode = (await main(readOptions(process.argv.slice(2)))) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof FuzzError ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
}
