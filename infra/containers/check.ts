// `npm run check:containers`: builds the image, runs docker-compose.yml on a Docker engine, buys, and checks isolation, restart and memory.
import { parseArgs } from 'node:util'
import { root } from '../checks.ts'
import { EngineError } from '../native/src/engine.ts'
import { type ComposeService, liteServices, readCompose, readRoot, requiredVariables, withDefaults } from './compose-file.ts'
import { findCompose } from './compose-program.ts'
import { type DockerEngine, openDockerEngine } from './docker-engine.ts'
import { findPublished, findReachable, findSpoofable } from './isolation.ts'
import { runLoad } from './load.ts'
import { findKilled, measureMemory } from './memory.ts'
import { checkObservability } from './observability.ts'
import { buy, readStatus } from './purchase.ts'
import { openReport, type Report, secondsSince } from './report.ts'
import { isRunning, openStack, ownImage, type Stack } from './stack.ts'
import { buildMailbox, buildSubstitutes, hasSubstitute } from './substitute-images.ts'
import { runSuites } from './suites.ts'

const maxMemoryBytes = 3 * 2 ** 30
const maxSecondsToPurchase = 120

/** Parts of the check: all, or those that the command line names. */
const parts = ['lite', 'observability', 'suites'] as const

interface Options {
  pull: boolean
  keep: boolean
  parts: readonly string[]
}

/** Services that this run starts: those of the lite set, and with the profile those whose images can be had. */
const chosenServices = ({ pull, parts: chosen }: Options): [string, ComposeService][] => {
  const compose = readCompose()
  if (!chosen.includes('observability')) return liteServices(compose)
  const all = Object.entries(compose.services)
  return pull ? all : all.filter(([, { image }]) => image.includes('CARTWRIGHT_IMAGE') || hasSubstitute(image))
}

/** Provides the images: real ones where they can be pulled, stand-ins on the engine that this command has started. */
const provideImages = async (engine: DockerEngine, options: Options, { print }: Report): Promise<void> => {
  const images = chosenServices(options).map(([, { image }]) => withDefaults(image))
  const mailbox = images.find((image) => image.includes('mailpit')) ?? ''
  const others = [...new Set(images)].filter((image) => image !== mailbox && !image.startsWith('cartwright:'))
  const nodeImage = /^ARG NODE_IMAGE=(\S+)$/m.exec(readRoot('infra/Dockerfile'))?.[1] ?? ''
  if (options.pull) {
    for (const image of [nodeImage, ...others, mailbox]) {
      print(`pulling ${image}`)
      await engine.docker('pull', '--quiet', image)
    }
  } else await buildSubstitutes(engine, [nodeImage, ...others], print)
  if (options.parts.join() === 'suites') return
  print('building the image of the services')
  await engine.docker('build', '--file', `${root}/infra/Dockerfile`, '--tag', ownImage, root)
  if (!options.pull) await buildMailbox(engine, mailbox, ownImage)
}

const checkSecrets = async ({ upWithout }: Stack, { record }: Report): Promise<void> => {
  const variables = requiredVariables()
  const wrong: string[] = []
  for (const variable of variables) {
    const message = await upWithout(variable)
    if (!message.includes(`${variable} is missing`) && !message.includes(`variable ${variable} is missing`)) wrong.push(variable)
  }
  const figure = wrong.length === 0 ? `${variables.length} secrets` : `not ${wrong.join(', ')}`
  record('a missing secret stops `up` with one line that names it', wrong.length === 0, figure)
}

const checkIsolation = async (engine: DockerEngine, stack: Stack, { recordNone }: Report): Promise<void> => {
  const containers = (await stack.containers()).filter(isRunning)
  recordNone('only gateway, sandbox and mailbox publish ports, on loopback', findPublished(containers))
  recordNone('the host has no route to a service or an engine', await findReachable(engine, containers))
  recordNone('services refuse spoofed identities, also inside the network', await findSpoofable(engine, containers))
}

const checkMemory = async (engine: DockerEngine, stack: Stack, { print, record, recordNone }: Report): Promise<void> => {
  const { reads, orders, failures } = await runLoad(stack.gateway)
  const failed = [...failures].map(([what, times]) => `${what} ${times} times`)
  print(`load: ${reads * 2} reads, ${orders} orders, ${failed.length === 0 ? 'no failure' : `failures: ${failed.join(', ')}`}`)
  const running = (await stack.containers()).filter(isRunning)
  const memory = await measureMemory(engine, running)
  const mib = (bytes: number): string => `${Math.round(bytes / 2 ** 20)} MiB`
  for (const { container, usedBytes, limitBytes } of memory) print(`  ${container}: ${mib(usedBytes)} of ${mib(limitBytes)}`)
  const used = memory.reduce((sum, { usedBytes }) => sum + usedBytes, 0)
  record('the lite set uses at most 3 GiB after a load', used <= maxMemoryBytes, mib(used))
  recordNone('no container was restarted under the load, or killed for its memory', await findKilled(engine, running))
}

const checkStart = async (stack: Stack, { print, record }: Report) => {
  print('docker compose up')
  const up = performance.now()
  const upAt = Date.now()
  await stack.up()
  const healthy = secondsSince(up)
  const purchase = await buy(stack.gateway, stack.mailbox)
  const bought = secondsSince(up)
  const job = await stack.timesOf('migrate-and-seed')
  const after = (date: Date): string => `${Math.round((date.getTime() - upAt) / 1000)} s`
  print(`  engines healthy after ${after(job.started)}, migrated and seeded after ${after(job.ended)}`)
  const figure = `healthy after ${healthy} s, delivered after ${bought} s`
  record('the first purchase ends within 2 minutes of `up`', bought <= maxSecondsToPurchase, figure)
  return purchase
}

const checkStack = async (engine: DockerEngine, stack: Stack, report: Report): Promise<void> => {
  await checkSecrets(stack, report)
  const purchase = await checkStart(stack, report)
  await checkIsolation(engine, stack, report)
  await checkMemory(engine, stack, report)
  report.print('docker compose stop, then up')
  await stack.compose('stop')
  const again = performance.now()
  await stack.up()
  const status = await readStatus(stack.gateway, purchase)
  const figure = `${status}, healthy after ${secondsSince(again)} s`
  report.record('the order is there after a stop and a start', status === 'delivered', figure)
  await buy(stack.gateway, stack.mailbox)
  report.record('the shop sells again after a stop and a start', true, 'a second purchase')
}

const checkParts = async (engine: DockerEngine, options: Options, report: Report): Promise<void> => {
  const program = await findCompose(report.print)
  await provideImages(engine, options, report)
  const has = (part: (typeof parts)[number]): boolean => options.parts.includes(part)
  if (has('lite') || has('observability')) {
    const stack = await openStack(engine, program)
    try {
      if (has('lite')) await checkStack(engine, stack, report)
      if (has('observability')) await checkObservability(engine, stack, chosenServices(options), report)
    } finally {
      if (options.keep)
        report.print(`the stack runs on: ${stack.gateway}, mailbox ${stack.mailbox}; to remove it: ${stack.removal}`)
      else await stack.remove()
    }
  }
  if (has('suites')) await runSuites(engine, report)
}

const readOptions = (isOwnEngine: boolean): Options => {
  const options = { pull: { type: 'boolean' }, keep: { type: 'boolean' } } as const
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const unknown = positionals.filter((name) => !(parts as readonly string[]).includes(name))
  if (unknown.length > 0)
    throw new EngineError(`There is no part ${unknown.join(', ')}: name ${parts.join(', ')}, or none for all.`)
  return {
    pull: values.pull ?? !isOwnEngine,
    keep: values.keep ?? false,
    parts: positionals.length === 0 ? parts : positionals,
  }
}

const main = async (): Promise<boolean> => {
  const report = openReport()
  const engine = await openDockerEngine(report.print)
  let isKept = false
  try {
    const options = readOptions(engine.isOwn)
    isKept = options.keep
    report.print(`Docker engine ${engine.version}${engine.isOwn ? ', started by this command' : ''}`)
    await checkParts(engine, options, report)
  } finally {
    if (!isKept) await engine.stop()
  }
  return report.end()
}

try {
  process.exitCode = (await main()) ? 0 : 1
} catch (error) {
  process.stderr.write(`${error instanceof EngineError ? error.message : error instanceof Error ? error.stack : String(error)}\n`)
  process.exitCode = 1
}
