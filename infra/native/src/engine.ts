// Interface of a local engine: the options of its start, and what the caller can do with it.

export type EngineKind = 'mariadb' | 'mysql' | 'redis' | 'kafka' | 'elasticsearch' | 'prometheus' | 'alertmanager' | 'jaeger'

export type Log = (line: string) => void

export interface StartOptions {
  /** Data directory, created when absent. One engine at a time runs on it. */
  dataDir: string
  /** The first port to try. By default the port of the last run on this folder, else the default port of the engine. */
  port?: number
  /** Receives progress, exits and restarts. */
  log?: Log
}

/** A running engine. It ends by `stop()`, or soon after the process that started it has ended in any way. */
export interface Engine {
  readonly kind: EngineKind
  /** `mysql://root:…@127.0.0.1:PORT/`, `redis://127.0.0.1:PORT`, `127.0.0.1:PORT` (Kafka's broker list) or `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** Process id. It changes with a restart, and is 0 while no process runs. */
  readonly pid: number
  readonly logFile: string
  readonly version: string
  /** Stops the engine cleanly; resolves when the process has ended. A second call does nothing. */
  stop(): Promise<void>
  /** Stops the engine, then starts it on the same data and port; resolves when it answers. */
  restart(): Promise<void>
  /** Simulates a power failure by SIGKILL. The engine stays down until `restart()`. */
  kill(): Promise<void>
}

/** The engine is missing or does not start. The message says what the user can do. */
export class EngineError extends Error {
  override name = 'EngineError'
  /** Printed without a stack. */
  readonly isUserFacing = true
}
