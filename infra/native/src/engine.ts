// What every engine offers to whoever starts it, and what it may be told.

export type EngineKind = 'mariadb' | 'mysql' | 'redis' | 'kafka' | 'elasticsearch'

export type Log = (line: string) => void

export interface StartOptions {
  /** A folder of the engine's own; made when absent. One engine at a time runs on it. */
  dataDir: string
  /** The wanted port; the next free one when taken. Left out: the port of the last run on this folder, else the kind's own. */
  port?: number
  /** Told about progress and about deaths. */
  log?: Log
}

/** A running engine. It ends with `stop()`, and soon after the process that started it is gone, however that ended. */
export interface Engine {
  readonly kind: EngineKind
  /** `mysql://root:…@127.0.0.1:PORT/`, `redis://127.0.0.1:PORT`, `127.0.0.1:PORT` (Kafka's broker list) or `http://127.0.0.1:PORT`. */
  readonly url: string
  readonly port: number
  /** Of the present process: it changes with a restart. 0 while none runs. */
  readonly pid: number
  readonly logFile: string
  readonly version: string
  /** A clean end; resolves when the process is gone. Repeating it does nothing. */
  stop(): Promise<void>
  /** Stops what runs, then starts on the same data and port; resolves when the engine answers. */
  restart(): Promise<void>
  /** Power failure: SIGKILL. The engine stays down until `restart()`. */
  kill(): Promise<void>
}

/** An engine that cannot be had or does not start. The message is meant for people and says what to do. */
export class EngineError extends Error {
  override name = 'EngineError'
  /** Printed without a stack. */
  readonly forPeople = true
}
