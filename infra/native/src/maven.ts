// Engines that are published as Java artifacts, fetched by Maven itself, so that the machine's own mirror and cache are used.
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expectChecksum, sha256Of, sha256OfFolder } from './cache.ts'
import { canInstall, installProgram } from './debian.ts'
import { EngineError, type Log } from './engine.ts'
import { findProgram, run } from './tools.ts'

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'
/** Quiet, without questions, and an artifact whose checksum differs from the repository's is an error. */
const flags = ['-q', '-B', '-C']

export const canUseMaven = (): boolean => findProgram('mvn') !== null && findProgram('java') !== null

/** The path of `java`. @throws EngineError naming `instead` when it cannot be had */
export const findJava = async (instead: string, log: Log): Promise<string> => {
  const present = findProgram('java')
  if (present) return present
  if (!canInstall()) throw new EngineError(`Java is missing: install a Java 17 runtime, or ${instead}.`)
  return installProgram('java', ['default-jre-headless'], log)
}

const findMaven = async (log: Log): Promise<string> => {
  const present = findProgram('mvn')
  if (present) return present
  if (!canInstall()) throw new EngineError('Maven is missing: install maven.')
  return installProgram('mvn', ['maven'], log)
}

export interface Artifact {
  /** `group:artifact:version` or `group:artifact:version:type`. */
  coordinates: string
  /** As Maven names it. */
  file: string
  sha256: string
}

/**
 * Puts one file into the folder and gives its path. Maven's own cache does not keep it, since these files are large and what is
 * needed of them is kept in ours.
 * @throws EngineError when it is not the pinned one
 */
export const fetchArtifact = async ({ coordinates, file, sha256 }: Artifact, folder: string, log: Log): Promise<string> => {
  const mvn = await findMaven(log)
  const passing = join(folder, '.maven')
  const target = [`-Dartifact=${coordinates}`, `-DoutputDirectory=${folder}`, `-Dmaven.repo.local=${passing}`]
  await run(mvn, [...flags, `${plugin}:copy`, ...target], { cwd: folder })
  rmSync(passing, { recursive: true, force: true })
  const path = join(folder, file)
  expectChecksum(coordinates, await sha256Of(path), sha256)
  return path
}

export interface Library {
  /** `group:artifact:version` each; what they need at run time comes with them. */
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

/** Fills `folder/lib` with jars. @throws EngineError when they are not the pinned ones */
export const fetchLibrary = async ({ coordinates, sha256 }: Library, folder: string, log: Log): Promise<void> => {
  const mvn = await findMaven(log)
  writeFileSync(join(folder, 'pom.xml'), pomOf(coordinates))
  const lib = join(folder, 'lib')
  await run(mvn, [...flags, `${plugin}:copy-dependencies`, `-DoutputDirectory=${lib}`, '-DincludeScope=runtime'], { cwd: folder })
  expectChecksum(coordinates.join(', '), await sha256OfFolder(lib), sha256)
}
