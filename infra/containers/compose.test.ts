// docker-compose.yml, .env.example and infra/Dockerfile agree with each other, with the contracts and with the services' configuration.
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { serviceNames, services, upstreamNames } from '../../packages/contracts/src/index.ts'
import { sharedSpec } from '../../packages/service-kit/src/index.ts'
import { mailboxSpec, sandboxSpec } from '../../packages/shop/src/containers/tools-config.ts'
import { allServices } from '../../packages/shop/src/index.ts'
import { liteServices, readCompose, readRoot, requiredVariables, withDefaults } from './compose-file.ts'
import { published } from './isolation.ts'

const file = readCompose()
const all = Object.entries(file.services)
const lasting = all.filter(([, { restart }]) => restart !== 'no')
/** Containers of the project's own image, which names its user. */
const own = all.filter(([, { image }]) => image.includes('CARTWRIGHT_IMAGE')).map(([name]) => name)
/** Containers that run as root, and why. */
const asRoot = { filebeat: 'reads the logs of the containers, which belong to root' }
/** Containers whose root file system is writable, and why. */
const writable = { kafka: 'writes its configuration', elasticsearch: 'writes its keystore', kibana: 'writes its configuration' }

const mebibytes = (limit: string | undefined): number => {
  const [, number, unit] = /^(\d+)([mg])$/.exec(limit ?? '') ?? []
  return Number(number) * (unit === 'g' ? 1024 : 1)
}

describe('docker-compose.yml', () => {
  test('runs every service of the contracts, each with its name as command', () => {
    for (const name of serviceNames) expect(file.services[name]?.command).toEqual([name])
  })

  test('publishes only what people open in a browser, on loopback', () => {
    const ports = all.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${withDefaults(port)}`))
    expect(ports).toEqual([
      'gateway 127.0.0.1:8080:8080',
      'sandbox 127.0.0.1:12111:12111',
      'mailpit 127.0.0.1:8025:8025',
      'grafana 127.0.0.1:3000:3000',
      'jaeger 127.0.0.1:16686:16686',
      'kibana 127.0.0.1:5601:5601',
    ])
    expect(liteServices(file).flatMap(([name, { ports }]) => (ports ? [name] : []))).toEqual(Object.keys(published))
  })

  test('keeps services and engines on a network that the host has no address on', () => {
    expect(file.networks.backend).toEqual({
      internal: true,
      driver_opts: { 'com.docker.network.bridge.inhibit_ipv4': 'true' },
    })
    for (const [name, { networks, ports }] of all)
      expect([name, networks]).toEqual([name, ports ? ['backend', 'edge'] : ['backend']])
  })

  test('sets only variables that the programs know', () => {
    for (const service of allServices) {
      const known = new Set([...Object.values(sharedSpec), ...Object.values(service.spec)].map(({ name }) => name))
      const set = Object.keys(file.services[service.name]?.environment ?? {})
      expect([service.name, set.filter((name) => !known.has(name))]).toEqual([service.name, []])
    }
    const tools = new Set(
      [...Object.values(sharedSpec), ...Object.values(sandboxSpec), ...Object.values(mailboxSpec)].map(({ name }) => name),
    )
    expect(Object.keys(file.services.sandbox?.environment ?? {}).filter((name) => !tools.has(name))).toEqual([])
  })

  test('gives every required variable of a service a value', () => {
    for (const service of allServices) {
      const required = [...Object.values(sharedSpec), ...Object.values(service.spec)].filter(
        ({ fallback }) => fallback === undefined,
      )
      const set = file.services[service.name]?.environment ?? {}
      expect([service.name, required.map(({ name }) => name).filter((name) => !(name in set))]).toEqual([service.name, []])
    }
  })

  test('names the other services by the ports of the contracts', () => {
    const environment = file.services.order?.environment ?? {}
    for (const name of upstreamNames)
      expect(environment[services[name].url]).toBe(`http://${name}:${services[name].defaultPorts.http}`)
  })

  test('pins every image to a version', () => {
    for (const [, { image }] of all) expect(withDefaults(image)).toMatch(/^[a-z./-]+:(v?\d+\.\d+\.\d+|local)$/)
  })

  test('limits the memory of every container', () => {
    for (const [name, { mem_limit }] of all) expect([name, mebibytes(mem_limit) > 0]).toEqual([name, true])
  })

  test('hardens every container', () => {
    for (const [name, container] of all) {
      expect([name, container.cap_drop, container.security_opt]).toEqual([name, ['ALL'], ['no-new-privileges:true']])
      expect([name, container.read_only ?? false]).toEqual([name, !(name in writable)])
    }
  })

  test('runs every container as a user that is not root', () => {
    const rooted = all.filter(([name, { user }]) => !own.includes(name) && (user === undefined || /^(root|0)(:|$)/.test(user)))
    expect(rooted.map(([name]) => name)).toEqual(Object.keys(asRoot))
  })

  test('gives the services an account that may only read and write rows, and another to the job that migrates', () => {
    const databaseUrls = (name: string) =>
      Object.entries(file.services[name]?.environment ?? {}).flatMap(([key, value]) =>
        key.endsWith('_DATABASE_URL') ? [value.replace(/:\$\{.*$/, '')] : [],
      )
    for (const name of upstreamNames) {
      expect(databaseUrls(name)).toEqual(['mysql://cartwright'])
      expect(file.services[name]?.environment?.MIGRATE_AT_START).toBe('false')
    }
    expect(new Set(databaseUrls('migrate-and-seed'))).toEqual(new Set(['mysql://root']))
    expect(file.services['migrate-and-seed']?.environment?.MIGRATE_AT_START).toBe('true')
    const [, rights] = /^GRANT (.+) ON/m.exec(readRoot('infra/mysql/accounts.sql')) ?? []
    expect(rights?.split(', ')).toEqual(['SELECT', 'INSERT', 'UPDATE', 'DELETE'])
  })

  test('restarts every container but the one-shot job, and checks its health', () => {
    expect(all.filter(([, { restart }]) => restart === 'no').map(([name]) => name)).toEqual(['migrate-and-seed'])
    const checked = lasting
      .filter(([name, { healthcheck }]) => healthcheck !== undefined || own.includes(name))
      .map(([name]) => name)
    expect(all.map(([name]) => name).filter((name) => !checked.includes(name))).toEqual(['migrate-and-seed'])
  })

  test('starts services after the job, the job after the engines, and the gateway after all services', () => {
    const conditions = (name: string) =>
      Object.entries(file.services[name]?.depends_on ?? {}).map(([other, { condition }]) => [other, condition])
    for (const name of upstreamNames) expect(conditions(name)).toEqual([['migrate-and-seed', 'service_completed_successfully']])
    expect(conditions('gateway')).toEqual(upstreamNames.map((name) => [name, 'service_healthy']))
    expect(conditions('migrate-and-seed')).toEqual(
      ['mysql', 'kafka', 'redis', 'elasticsearch'].map((name) => [name, 'service_healthy']),
    )
  })

  test('lets a service drain for longer than the time after which it ends itself', () => {
    const hardExit = /hardExitMs = (\d+)_000/.exec(readRoot('packages/service-kit/src/lifecycle/program.ts'))?.[1]
    for (const name of serviceNames)
      expect(Number.parseInt(file.services[name]?.stop_grace_period ?? '', 10)).toBeGreaterThan(Number(hardExit))
  })

  test('lets Prometheus scrape every service at its port', () => {
    const { scrape_configs: jobs } = parse(readRoot('infra/containers/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[]
    }
    expect(jobs.map((job) => [job.job_name, job.static_configs[0]?.targets])).toEqual(
      serviceNames.map((name) => [name, [`${name}:${services[name].defaultPorts.metrics}`]]),
    )
  })
})

describe('.env.example', () => {
  const declared = [...readRoot('.env.example').matchAll(/^(# )?([A-Z0-9_]+)=(.*)$/gm)]

  test('names every variable of docker-compose.yml, and no other', () => {
    const used = [...readRoot('docker-compose.yml').matchAll(/\$\{(\w+)/g)].map(([, name = '']) => name)
    expect(declared.map(([, , name]) => name).sort()).toEqual([...new Set(used)].sort())
  })

  test('describes each variable in the line above it', () => {
    const lines = readRoot('.env.example').split('\n')
    for (const [whole] of declared) expect(lines[lines.indexOf(whole) - 1]).toMatch(/^# [A-Z].*|^# development/)
  })

  test('leaves exactly the required secrets empty', () => {
    const empty = declared.filter(([, comment, , value]) => comment === undefined && value === '').map(([, , name]) => name)
    expect(empty.sort()).toEqual(requiredVariables().sort())
  })

  test('shows the default of every optional variable', () => {
    const text = readRoot('docker-compose.yml')
    for (const [, comment, name, value] of declared) {
      if (comment === undefined || name === 'COMPOSE_PROFILES' || name === 'PUBLIC_URL') continue
      expect(text).toMatch(new RegExp(`\\$\\{${name}:?-${(value ?? '').replaceAll('.', '\\.')}\\}`))
    }
  })
})

describe('infra/Dockerfile', () => {
  const dockerfile = readRoot('infra/Dockerfile')

  test('runs the Node and the pnpm of the bootstrap', () => {
    const bootstrap = readRoot('infra/bootstrap.mjs')
    const [, node, pnpm] = /versions = \{ node: '([\d.]+)', pnpm: '([\d.]+)' \}/.exec(bootstrap) ?? []
    expect(dockerfile).toContain(`ARG NODE_IMAGE=node:${node}-bookworm-slim`)
    expect(dockerfile).toContain(`pnpm@${pnpm}`)
    expect(readRoot('docker-compose.yml')).toContain(`node:${node}-bookworm-slim`)
  })

  test('ends as a user that is not root, with a health check and the entry point that takes a name', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('FROM '))
    expect(last).toMatch(/^USER 1000:1000$/m)
    expect(last).toMatch(/^HEALTHCHECK .*CMD \["node", /m)
    expect(last).toMatch(/^ENTRYPOINT \["node", "infra\/image\/run.mjs"\]$/m)
    expect(last).not.toMatch(/^RUN .*(apt-get|npm|pnpm)/m)
  })

  test('gives the health check the ports of the contracts', () => {
    for (const name of serviceNames)
      expect(dockerfile).toContain(`${services[name].ports.http}=${services[name].defaultPorts.http}`)
  })
})
