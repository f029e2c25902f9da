// Manifests as files, without a cluster: every service has its folder, its ports, its configuration and exactly the flows of the contracts.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ServiceName, serviceNames, services } from '@cartwright/contracts'
import { hardExitMs, idleConnectionMs, readAllConfig, sharedSpec } from '@cartwright/service-kit'
import { allServices } from '@cartwright/shop'
import { describe, expect, test } from 'vitest'
import { alertRules, alertRulesFile } from './alert-rules.ts'
import { literalsOf, type Manifest, manifestRoot, podOf, readManifests } from './manifests.ts'
import { drawSecrets, secretKeys } from './secrets.ts'

const programsFile = new URL('../../image/programs.mjs', import.meta.url).href
const files = readManifests()
const fileAt = (path: string): Manifest => {
  const [first] = files.get(path) ?? []
  if (first === undefined) throw new Error(`k8s/${path} does not exist`)
  return first
}
const ofService = (name: ServiceName, file: string): Manifest => fileAt(`base/${name}/${file}.yaml`)
const everything = [...files.values()].flat()
const overlays = ['local', 'production'] as const
const kustomizationOf = (overlay: string): Manifest => fileAt(`overlays/${overlay}/kustomization.yaml`)
const sharedConfig = (overlay: string): Record<string, string> => ({
  ...literalsOf(fileAt('base/kustomization.yaml'), 'shop'),
  ...literalsOf(kustomizationOf(overlay), 'shop'),
})

describe.each(serviceNames)('the folder of %s', (name) => {
  test('is part of the base', () => {
    expect(fileAt('base/kustomization.yaml').resources).toContain(name)
    expect(ofService(name, 'kustomization').resources).toEqual(
      expect.arrayContaining(['deployment.yaml', 'service.yaml', 'network-policy.yaml']),
    )
    expect(ofService(name, 'kustomization').components).toEqual(['../../components/service'])
  })

  test('runs the service on the ports of the contracts', () => {
    const [container] = ofService(name, 'deployment').spec.template.spec.containers
    const { http, metrics } = services[name].defaultPorts
    expect(container.args).toEqual([name])
    expect(container.ports).toEqual([
      { name: 'http', containerPort: http },
      { name: 'metrics', containerPort: metrics },
    ])
    expect(ofService(name, 'service').spec.ports).toEqual([
      { name: 'http', port: http, targetPort: 'http' },
      { name: 'metrics', port: metrics, targetPort: 'metrics' },
    ])
  })

  test('lets the service reach what it reads from, and its readers reach it', () => {
    const { ingress, egress } = ofService(name, 'network-policy').spec
    const peerOf = (peer: Manifest): string => peer.podSelector?.matchLabels['app.kubernetes.io/name'] ?? 'outside'
    const readFrom = (reader: ServiceName) => [...services[reader].reads, ...services[reader].readsIfUp]
    const readers = serviceNames.filter((other) => readFrom(other).includes(name))
    const expected = name === 'gateway' ? ['outside'] : readers
    expect(ingress.flatMap((rule: Manifest) => rule.from.map(peerOf)).sort()).toEqual([...expected].sort())
    expect(ingress.map((rule: Manifest) => rule.ports)).toEqual([[{ port: 'http' }]])
    const targets = egress.flatMap(({ to, ports }: Manifest) => to.map((peer: Manifest) => `${peerOf(peer)}:${ports[0].port}`))
    const wanted = readFrom(name).map((other) => `${other}:${services[other as ServiceName].defaultPorts.http}`)
    expect(targets.sort()).toEqual([...wanted].sort())
  })
})

describe.each(overlays)('the overlay %s', (overlay) => {
  test.each(serviceNames)('gives %s a configuration with which it starts', (name) => {
    const service = allServices.find((each) => each.name === name)
    if (service === undefined) throw new Error(`${name} is not part of the shop`)
    const env = { ...sharedConfig(overlay), ...drawSecrets()[name] }
    const { shared } = readAllConfig(name, service.prefix, service.spec, env)
    expect(shared.kafkaBrokers.length).toBeGreaterThan(0)
    for (const other of [...services[name].reads, ...services[name].readsIfUp])
      expect(env[services[other as ServiceName].url ?? '']).toBe(
        `http://${other}:${services[other as ServiceName].defaultPorts.http}`,
      )
  })

  test('sets only variables that the configuration knows, and no secret', () => {
    const known = [sharedSpec, ...allServices.map(({ spec }) => spec)].flatMap((spec) => Object.values(spec))
    for (const variable of Object.keys(sharedConfig(overlay))) {
      expect(known.map(({ name }) => name)).toContain(variable)
      expect(known.filter(({ name, secret }) => name === variable && secret)).toEqual([])
    }
  })

  test('pins every image', () => {
    const kustomizations = [...files].filter(
      ([path]) => path.startsWith(`overlays/${overlay}/`) && path.endsWith('/kustomization.yaml'),
    )
    const pinned = new Map(
      kustomizations.flatMap(([, [file]]) => (file.images ?? []).map(({ name, newTag }: Manifest) => [name, newTag])),
    )
    const used = [...files]
      .filter(([path]) => path.startsWith(`overlays/${overlay}/`) || path.startsWith('base/') || path.startsWith('components/'))
      .flatMap(([, objects]) => objects)
      .flatMap((object) => podOf(object)?.spec.containers ?? [])
      .flatMap(({ image }: Manifest) => (image ? [image] : []))
    expect(used).toContain('cartwright')
    for (const image of used) expect(pinned.get(image), image).toMatch(/\d|^local$/)
  })

  test('lets exactly the owners of a schema and the migration reach MySQL, and every service Kafka', () => {
    const [, policies = []] = [...files].find(
      ([path]) => path.startsWith(`overlays/${overlay}/`) && path.endsWith('network-policies.yaml'),
    ) ?? ['', []]
    const usersOf = (engine: string): string[] =>
      policies.find(({ metadata }) => metadata.name === `use-${engine}`).spec.podSelector.matchExpressions[0].values
    const owners = serviceNames.filter((name) => services[name].databaseUrl !== null)
    expect(usersOf('mysql').sort()).toEqual([...owners, 'migrate'].sort())
    expect(
      usersOf('kafka')
        .filter((name) => name !== 'migrate')
        .sort(),
    ).toEqual([...serviceNames].sort())
  })
})

test('every file in k8s is an object of Kubernetes or a list of patches', () => {
  for (const [path, objects] of files)
    for (const object of objects) {
      expect(object?.apiVersion, path).toMatch(/\w/)
      expect(object?.kind, path).toMatch(/\w/)
    }
})

test('every pod template turns service links off, or is completed by a patch that does', () => {
  const patches = ['components/service/pod.yaml', 'overlays/local/engines/pod.yaml']
  const patched = { Deployment: patches[0], StatefulSet: patches[1] } as Readonly<Record<string, string>>
  const templates = everything.filter((object) => podOf(object) !== null)
  expect(templates.length).toBeGreaterThan(serviceNames.length)
  for (const object of templates) {
    const own = podOf(object).spec.enableServiceLinks
    const patch = patched[object.kind]
    const effective =
      own ?? (patch ? podOf(fileAt(patch)).spec.enableServiceLinks : podOf(fileAt('base/migrate.yaml')).spec.enableServiceLinks)
    expect(effective, object.metadata.name).toBe(false)
  }
})

test('a pod has longer to end than a process takes to drain, and is taken out of service before it closes', () => {
  const { spec } = podOf(fileAt('components/service/pod.yaml'))
  const delayMs = Number(sharedConfig('production').SHUTDOWN_DELAY_MS)
  expect(spec.terminationGracePeriodSeconds * 1000).toBeGreaterThan(hardExitMs)
  // A client that keeps an idle connection for longer may send a request into the close.
  expect(delayMs).toBeGreaterThan(idleConnectionMs)
  expect(delayMs).toBeLessThan(hardExitMs / 2)
  const [container] = spec.containers
  expect(container.startupProbe.httpGet.path).toBe('/livez')
  expect(container.readinessProbe.httpGet.path).toBe('/readyz')
  expect(container.livenessProbe.httpGet.path).toBe('/livez')
})

test('the repository holds no Secret, and every generated one reads a file that git ignores', () => {
  expect(everything.filter(({ kind }) => kind === 'Secret')).toEqual([])
  const generators = everything.flatMap(({ secretGenerator = [] }) => secretGenerator)
  expect(generators.map(({ name }: Manifest) => name).sort()).toEqual(Object.keys(drawSecrets()).sort())
  for (const { name, ...sources } of generators) expect(sources).toEqual({ envs: [`secrets/${name}.env`] })
  expect(readFileSync(join(manifestRoot, 'overlays/local/secrets/.gitignore'), 'utf8')).toBe('*.env\n')
})

test('the description of the secrets names every key', () => {
  const page = readFileSync(join(manifestRoot, 'README.md'), 'utf8')
  for (const [name, keys] of Object.entries(secretKeys)) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`)) ?? ''
    for (const key of keys) expect(row, `${name} in k8s/README.md`).toContain(`\`${key}\``)
  }
})

test('the alert rules of the cluster are those of infra/prometheus', () => {
  expect(readFileSync(alertRulesFile, 'utf8'), 'run `pnpm --filter @cartwright/cluster generate`').toBe(alertRules())
})

test('every program that a pod runs is a program of the image', async () => {
  const { listPrograms } = (await import(programsFile)) as { listPrograms(): Map<string, URL> }
  const used = everything
    .flatMap((object) => podOf(object)?.spec.containers ?? [])
    .filter(({ image, args }: Manifest) => args && (image === undefined || image === 'cartwright'))
    .map(({ args }: Manifest) => args[0])
  expect(used).toEqual(expect.arrayContaining([...serviceNames, 'migrate']))
  for (const name of used) expect([...listPrograms().keys()]).toContain(name)
})
