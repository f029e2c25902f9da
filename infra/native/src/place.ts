// What every engine does first: its folder, free of a former run, and its port.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EngineKind, Log, StartOptions } from './engine.ts'
import { endLeftover } from './leftover.ts'
import { claimPort } from './port.ts'
import type { EngineSpec } from './process.ts'

export interface Place
  extends Pick<
    EngineSpec,
    'kind' | 'port' | 'logFile' | 'recordFile' | 'log' | 'stopPatienceMs' | 'readyPatienceMs' | 'release'
  > {
  dataDir: string
  path(...parts: string[]): string
}

const stopPatienceMs = 30_000
/** Recovery after a crash may take its time on a slow disk. */
const readyPatienceMs = 180_000

const lastPort = (file: string): number | null => {
  try {
    return Number(readFileSync(file, 'utf8')) || null
  } catch {
    // The first run on this folder.
    return null
  }
}

/** Makes the folder, ends a leftover on it and claims the port. */
export const preparePlace = async (kind: EngineKind, usualPort: number, options: StartOptions): Promise<Place> => {
  const dataDir = resolve(options.dataDir)
  const path = (...parts: string[]) => join(dataDir, ...parts)
  const log: Log = options.log ?? (() => undefined)
  mkdirSync(dataDir, { recursive: true })
  const recordFile = path('process.json')
  await endLeftover(recordFile, dataDir, stopPatienceMs, log)
  const claimed = await claimPort(options.port ?? lastPort(path('port')) ?? usualPort)
  writeFileSync(path('port'), String(claimed.port))
  return {
    kind,
    dataDir,
    path,
    log,
    port: claimed.port,
    release: claimed.release,
    logFile: path(`${kind}.log`),
    recordFile,
    stopPatienceMs,
    readyPatienceMs,
  }
}

/** Runs `work`; when it fails, the place is given back. */
export const orRelease = async <T>(place: Place, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    place.release()
    throw error
  }
}
