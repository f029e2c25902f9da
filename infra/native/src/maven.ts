// Downloads Java artifacts with Maven, so that the mirror that the machine configures is used.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectChecksum, sha256Of, sha256OfFolder } from './cache.ts'
import { canInstall, installProgram } from './debian.ts'
import { EngineError, type Log } from './engine.ts'
import { findProgram, run } from './tools.ts'

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
/** Quiet, non-interactive, and failing when a checksum differs from the repository's. */
const flags = ['-q', '-B', '-C']

export const canUseMaven = (): boolean => findProgram('mvn') !== null && findProgram('java') !== null

/** The path of `java`. @throws EngineError with `alternatives` when Java is missing and cannot be installed */
export const findJava = async (alternatives: string, log: Log): Promise<string> => {
  const present = findProgram('java')
  if (present) return present
  if (!canInstall()) throw new EngineError(`Java is missing: install a Java 17 runtime, or ${alternatives}.`)
  return installProgram('java', ['default-jre-headless'], log)
}

const findMaven = async (log: Log): Promise<string> => {
  const present = findProgram('mvn')
  if (present) return present
  if (!canInstall()) throw new EngineError('Maven is missing: install maven.')
  return installProgram('mvn', ['maven'], log)
}

interface Artifact {
  /** `group:artifact:version` or `group:artifact:version:type`. */
  coordinates: string
  /** File name that Maven gives it. */
  file: string
  sha256: string
}

/**
 * Downloads one file into the folder. It does not stay in Maven's cache, because the file is large and our cache keeps the part that
 * is needed.
 * @returns the path of the file @throws EngineError when the checksum is not the pinned one
 */
export const fetchArtifact = async ({ coordinates, file, sha256 }: Artifact, folder: string, log: Log): Promise<string> => {
  const mvn = await findMaven(log)
  const temporaryRepository = join(folder, '.maven')
  const target = [`-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`, `-Dmaven.repo.local=${temporaryRepository}`]
  await run(mvn, [...flags, `${plugin}:copy`, ...target], { cwd: folder })
  rmSync(temporaryRepository, { recursive: true, force: true })
  const path = join(folder, file)
  expectChecksum(coordinates, await sha256Of(path), sha256)
  return path
}

interface Library {
  /** `group:artifact:version` each. Maven adds their runtime dependencies. */
  coordinates: readonly string[]
  /** Over all files, see `sha256OfFolder`. */
  sha256: string
}

const pomOf = (coordinates: readonly string[]): string => {
  const dependencies = coordinates.map((each) => {
    const [group, artifact, version] = each.split(':')
    return `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`
  })
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>local</groupId><artifactId>fetch</artifactId><version>1</version>
<dependencies>${dependencies.join('')}</dependencies></project>`
}

/** Downloads jars into `folder/lib`. @throws EngineError when their checksum is not the pinned one */
export const fetchLibrary = async ({ coordinates, sha256 }: Library, folder: string, log: Log): Promise<void> => {
  const mvn = await findMaven(log)
  writeFileSync(join(folder, 'pom.xml'), pomOf(coordinates))
  const lib = join(folder, 'lib')
  await run(mvn, [...flags, `${plugin}:copy-dependencies`, `-DoutputDirectory=${lib}`, '-DincludeScope=runtime'], { cwd: folder })
  expectChecksum(coordinates.join(', '), await sha256OfFolder(lib), sha256)
}
