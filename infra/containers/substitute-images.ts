// Stand-in images for machines that cannot pull any: built from Debian packages and the programs of `infra/native`, with the pinned names.
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { canInstall, installProgram } from '../native/src/debian.ts'
import { fetchElasticsearch } from '../native/src/elasticsearch.ts'
import { EngineError, type Log } from '../native/src/engine.ts'
import { buildJaeger, findJaeger } from '../native/src/jaeger.ts'
import { fetchKafka } from '../native/src/kafka.ts'
import { findMysql } from '../native/src/mysql-server.ts'
import { findProgram, run } from '../native/src/tools.ts'
import type { DockerEngine } from './docker-engine.ts'

const folder = fileURLToPath(new URL('substitute-images/', import.meta.url))
const debian = { suite: 'bookworm', image: 'cartwright-stand-in/debian:bookworm' }
const label = 'cartwright.stand-in'

const copy = (from: string, ...to: string[]): void => cpSync(from, join(...to), { recursive: true, verbatimSymlinks: true })

/** Adds the files that a stand-in needs beside its own folder. */
const fillers: Readonly<Record<string, (context: string, log: Log) => Promise<void>>> = {
  node: async (context) => {
    const npm = findProgram('npm')
    if (npm === null) throw new EngineError('npm is missing: the stand-in for the Node image needs it.')
    copy(process.execPath, context, 'node')
    copy(dirname(dirname(realpathSync(npm))), context, 'npm')
    copy('/etc/ssl/certs/ca-certificates.crt', context, 'ca-certificates.crt')
  },
  mysql: async (context, log) => {
    const { program } = await findMysql(log)
    copy(join(dirname(program), '..', '..'), context, 'usr')
  },
  kafka: async (context, log) => copy(join(await fetchKafka(log), 'lib'), context, 'lib'),
  elasticsearch: async (context, log) => {
    const home = join(await fetchElasticsearch(log), 'home')
    copy(home, context, 'home')
    for (const name of ['role_mapping.yml', 'roles.yml', 'users', 'users_roles'])
      copy(join(home, 'config', name), context, 'config', name)
  },
  jaeger: async (context, log) => copy(findJaeger() ?? (await buildJaeger(log)), context, 'jaeger'),
}

/** Folder of the stand-in for an image: the last word of the image's name, `mysql` for `mysql:9.7.4`. */
const nameOf = (image: string): string => /([^/:]+):[^/]+$/.exec(image)?.[1] ?? image

/** False for images that can only be pulled. */
export const hasSubstitute = (image: string): boolean => existsSync(join(folder, nameOf(image)))

const filesBelow = (path: string): string[] =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()

const fingerprint = (name: string): string => {
  const hash = createHash('sha256')
  for (const file of filesBelow(join(folder, name))) hash.update(relative(folder, file)).update(readFileSync(file))
  return hash.digest('hex')
}

const hasImage = async ({ docker }: DockerEngine, image: string, made: string): Promise<boolean> => {
  const format = `{{index .Config.Labels "${label}"}}`
  return (await docker('image', 'inspect', '--format', format, image).catch(() => '')).trim() === made
}

const inTemporaryFolder = async (work: (path: string) => Promise<void>): Promise<void> => {
  const path = mkdtempSync(join(tmpdir(), 'cartwright-image-'))
  try {
    await work(path)
  } finally {
    rmSync(path, { recursive: true, force: true })
  }
}

const importDebian = async (engine: DockerEngine, log: Log): Promise<void> => {
  if (await hasImage(engine, debian.image, debian.suite)) return
  if (!canInstall()) throw new EngineError('Stand-in images need a Debian machine and root: run this where images can be pulled.')
  const debootstrap = await installProgram('debootstrap', ['debootstrap'], log)
  log('making a base image with debootstrap (a minute)')
  await inTemporaryFolder(async (path) => {
    await run(debootstrap, ['--variant=minbase', debian.suite, path], { remedy: 'It needs a Debian mirror.' })
    const script = 'tar -C "$1" -c . | docker import --change "LABEL $2=$3" - "$4"'
    await run('sh', ['-c', script, 'import', path, label, debian.suite, debian.image], { env: { ...engine.env } })
  })
}

const build = async (
  engine: DockerEngine,
  name: string,
  image: string,
  log: Log,
  buildArgs: readonly string[],
): Promise<void> => {
  const made = fingerprint(name)
  if (await hasImage(engine, image, made)) return
  log(`building a stand-in for ${image}`)
  await inTemporaryFolder(async (context) => {
    copy(join(folder, name), context)
    await fillers[name]?.(context, log)
    await engine.docker('build', '--label', `${label}=${made}`, ...buildArgs, '--tag', image, context)
  })
}

/** Builds the stand-ins for engines and for Node's image, those that are there already excepted. @throws EngineError */
export const buildSubstitutes = async (engine: DockerEngine, images: readonly string[], log: Log): Promise<void> => {
  await importDebian(engine, log)
  await build(engine, 'java', 'cartwright-stand-in/java:17', log, [])
  for (const image of images) await build(engine, nameOf(image), image, log, [])
}

/** Builds the stand-in for Mailpit, which is the mailbox in the services' own image. */
export const buildMailbox = async (engine: DockerEngine, image: string, ownImage: string): Promise<void> => {
  await inTemporaryFolder(async (context) => {
    copy(join(folder, 'mailpit'), context)
    await engine.docker('build', '--build-arg', `CARTWRIGHT_IMAGE=${ownImage}`, '--tag', image, context)
  })
}
