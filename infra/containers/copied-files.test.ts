// Every file that docker-compose.yml mounts, and every path that a Dockerfile copies, is in the repository and in the build context.
import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import { root } from '../checks.ts'
import { readCompose, readRoot } from './compose-file.ts'

const programsFile = new URL('../image/programs.mjs', import.meta.url).href
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n')

const isInRepository = (path: string): boolean => tracked.some((file) => file === path || file.startsWith(`${path}/`))

/** Sources of the `COPY` lines that read the build context. */
const copiedBy = (dockerfile: string): string[] =>
  [...readRoot(dockerfile).matchAll(/^COPY (?!--from)(?:--\S+ )*(.+) \S+$/gm)].flatMap(([, paths = '']) => paths.split(' '))

/** Paths that .dockerignore lets into the build context. */
const inContext = [...readRoot('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path = '']) => path)
const isInContext = (path: string): boolean => inContext.some((allowed) => path === allowed || path.startsWith(`${allowed}/`))

test('docker-compose.yml mounts only files and folders of the repository, read-only', () => {
  const mounts = Object.values(readCompose().services).flatMap(({ volumes = [] }) =>
    volumes.filter((each) => each.startsWith('./')),
  )
  expect(mounts.length).toBeGreaterThan(5)
  for (const mount of mounts) {
    const [source = '', target, mode] = mount.split(':')
    expect([mount, isInRepository(source.slice(2)), target?.startsWith('/'), mode]).toEqual([mount, true, true, 'ro'])
  }
})

test('docker-compose.yml declares every volume that a container uses, and no other', () => {
  const { services, volumes } = readCompose()
  const used = Object.values(services).flatMap(({ volumes: mounts = [] }) =>
    mounts.flatMap((mount) => /^(\w+):/.exec(mount)?.[1] ?? []),
  )
  expect([...new Set(used)].sort()).toEqual(Object.keys(volumes).sort())
})

test('infra/Dockerfile copies only paths of the repository that .dockerignore lets pass', () => {
  const copied = copiedBy('infra/Dockerfile').filter((path) => path !== '.')
  expect(copied).toEqual(expect.arrayContaining(['pnpm-lock.yaml', 'patches', 'package.json']))
  for (const path of copied) expect([path, isInRepository(path), isInContext(path)]).toEqual([path, true, true])
})

test('.dockerignore lets only paths of the repository pass', () => {
  expect(inContext.filter((path) => !isInRepository(path))).toEqual([])
})

test('every program of the image is a file of the repository that .dockerignore lets pass', async () => {
  const { listPrograms } = (await import(programsFile)) as { listPrograms(): Map<string, URL> }
  const files = [...listPrograms().values()].map((url) => decodeURI(url.pathname).slice(root.length + 1))
  for (const file of [...files, 'infra/image/run.mjs', 'infra/image/healthcheck.mjs'])
    expect([file, isInRepository(file), isInContext(file)]).toEqual([file, true, true])
})

test('a stand-in copies only what is in its folder or what the check puts there', () => {
  const folder = 'infra/containers/substitute-images'
  const filled = ['node', 'npm', 'ca-certificates.crt', 'usr', 'lib', 'home', 'jaeger']
  for (const name of readdirSync(`${root}/${folder}`))
    for (const path of copiedBy(`${folder}/${name}/Dockerfile`))
      expect([name, path, filled.includes(path) || isInRepository(`${folder}/${name}/${path}`)]).toEqual([name, path, true])
})
