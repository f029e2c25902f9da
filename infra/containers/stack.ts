// One run of docker-compose.yml under a project name of its own, with generated secrets and free ports.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root } from '../checks.ts'
import { EngineError } from '../native/src/engine.ts'
import { type ClaimedPort, claimPort } from '../native/src/port.ts'
import { findErrorLine, run } from '../native/src/tools.ts'
import type { DockerEngine } from './docker-engine.ts'

const project = 'cartwright-check'
const profileName = 'observability'
export const ownImage = 'cartwright:check'
const firstPort = 28_000

export interface Container {
  Service: string
  ID: string
  State: string
  Health: string
  ExitCode: number
  Publishers: readonly { URL: string; TargetPort: number; PublishedPort: number }[] | null
}

export interface Stack {
  gateway: string
  mailbox: string
  /** Jaeger's page, with the profile observability. */
  jaeger: string
  /** Runs Compose on the project. @throws EngineError with its error line */
  compose(...args: string[]): Promise<string>
  /**
   * Starts the lite set, or the named services with the profile observability, and waits until each is healthy.
   * @throws EngineError with the last lines of the containers that are not
   */
  up(...observed: string[]): Promise<void>
  /** The error of `docker compose up` when one variable has no value. */
  upWithout(variable: string): Promise<string>
  containers(): Promise<Container[]>
  /** When the container of a service began, and when it ended. */
  timesOf(service: string): Promise<{ started: Date; ended: Date }>
  /** Removes containers, networks and data. */
  remove(): Promise<void>
  /** Commands that do the same in a shell, and end an engine that this command has started. */
  removal: string
}

export const isRunning = ({ State }: Container): boolean => State === 'running'

const publishedPorts = ['GATEWAY', 'SANDBOX', 'MAILPIT', 'JAEGER', 'GRAFANA', 'KIBANA'] as const

/** Writes the file of variables as `npm run secrets` does, and adds the image and free ports. */
const writeEnvironment = async (file: string) => {
  const claims: ClaimedPort[] = []
  await run(process.execPath, [join(root, 'infra', 'secrets.mjs'), file])
  let text = `${readFileSync(file, 'utf8')}\nCARTWRIGHT_IMAGE=${ownImage}\n`
  for (const name of publishedPorts) {
    const claim = await claimPort(firstPort)
    claims.push(claim)
    text += `${name}_PUBLISHED_PORT=${claim.port}\n`
  }
  writeFileSync(file, text)
  const addressOf = (name: (typeof publishedPorts)[number]) => `http://localhost:${claims[publishedPorts.indexOf(name)]?.port}`
  const addresses = { gateway: addressOf('GATEWAY'), mailbox: addressOf('MAILPIT'), jaeger: addressOf('JAEGER') }
  return { text, addresses, release: () => claims.map((claim) => claim.release()) }
}

/** Adds to a failed start why it failed: the last error line of each container that is not healthy. */
const explain = async ({ docker }: DockerEngine, containers: readonly Container[], failure: unknown): Promise<EngineError> => {
  const stuck = containers.filter(({ State, Health, ExitCode }) =>
    State === 'running' ? Health === 'unhealthy' : ExitCode !== 0,
  )
  const lines = stuck.map(async ({ Service, ID }) => `${Service}: ${findErrorLine(await docker('logs', '--tail', '50', ID))}`)
  const reasons = (await Promise.all(lines)).join('\n')
  const message = failure instanceof Error ? failure.message : String(failure)
  const remedy = `Run it with --keep, then: docker compose --project-name ${project} logs`
  return new EngineError([message, reasons, remedy].filter(Boolean).join('\n'))
}

export const openStack = async (engine: DockerEngine, program: readonly [string, ...string[]]): Promise<Stack> => {
  const [command, ...before] = program
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-compose-'))
  const file = join(folder, '.env')
  const { text, addresses, release } = await writeEnvironment(file)
  const composeWith = (envFile: string, args: readonly string[], profiles = '') =>
    run(command, [...before, '--ansi', 'never', '--project-name', project, '--env-file', envFile, ...args], {
      cwd: root,
      env: { ...engine.env, COMPOSE_PROFILES: profiles },
    })
  const compose: Stack['compose'] = (...args) => composeWith(file, args)
  const containers: Stack['containers'] = async () =>
    (await compose('ps', '--all', '--format', 'json'))
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Container)
  return {
    ...addresses,
    compose,
    containers,
    up: async (...observed) => {
      const profile = observed.length === 0 ? '' : profileName
      try {
        await composeWith(file, ['up', '--detach', '--wait', ...observed], profile)
      } catch (error) {
        throw await explain(engine, await containers(), error)
      }
    },
    timesOf: async (service) => {
      const id = (await containers()).find(({ Service }) => Service === service)?.ID ?? ''
      const text = await engine.docker('inspect', '--format', '{{.State.StartedAt}} {{.State.FinishedAt}}', id)
      const [started = '', ended = ''] = text.trim().split(' ')
      return { started: new Date(started), ended: new Date(ended) }
    },
    upWithout: async (variable) => {
      const incomplete = join(folder, 'incomplete.env')
      writeFileSync(incomplete, text.replace(new RegExp(`^${variable}=.*$`, 'm'), ''), { mode: 0o600 })
      return composeWith(incomplete, ['up', '--detach']).then(
        () => '',
        (error: unknown) => (error instanceof Error ? error.message : String(error)),
      )
    },
    removal: [
      ...Object.entries(engine.env).map(([name, value]) => `${name}=${value}`),
      ...[...program, '--project-name', project, 'down', '--volumes'],
      ...(engine.isOwn ? [`&& kill ${engine.pid}`] : []),
    ].join(' '),
    remove: async () => {
      await composeWith(file, ['down', '--volumes', '--remove-orphans'], profileName)
      release()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
