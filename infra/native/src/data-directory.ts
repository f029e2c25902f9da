// Data directory of an engine: creates the folder, stops an orphan process on it, and claims a port.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { EngineKind, Log, StartOptions } from './engine.ts'
import { stopOrphan } from './orphan-cleanup.ts'
import { claimPort } from './port.ts'
import type { EngineSpec } from './process.ts'

export interface DataDirectory
  extends Pick<EngineSpec, 'kind' | 'port' | 'logFile' | 'recordFile' | 'log' | 'stopTimeoutMs' | 'readyTimeoutMs' | 'release'> {
  dataDir: string
  path(...parts: string[]): string
}

const stopTimeoutMs = 30_000
/** Recovery after a crash takes long on a slow disk. */
const readyTimeoutMs = 180_000

const readLastPort = (file: string): number | null => {
  try {
    return Number(readFileSync(file, 'utf8')) || null
  } catch {
    // The first run on this folder.
    return null
  }
}

/** Creates the folder, stops an orphan on it and claims the port. */
export const prepareDataDirectory = async (
  kind: EngineKind,
  defaultPort: number,
  options: StartOptions,
): Promise<DataDirectory> => {
  const dataDir = resolve(options.dataDir)
  const path = (...parts: string[]) => join(dataDir, ...parts)
  const log: Log = options.log ?? (() => undefined)
  mkdirSync(dataDir, { recursive: true })
  const recordFile = path('process.json')
  await stopOrphan(recordFile, dataDir, stopTimeoutMs, log)
  const claimed = await claimPort(options.port ?? readLastPort(path('port')) ?? defaultPort)
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
    stopTimeoutMs,
    readyTimeoutMs,
  }
}

/** Runs `work`, and releases the port when it fails. */
export const releaseOnFailure = async <T>(directory: DataDirectory, work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    directory.release()
    throw error
  }
}
