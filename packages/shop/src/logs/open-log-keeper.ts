// Opens the log keeper of a native shop by its configuration.
import type { ProgramContext } from '@cartwright/service-kit'
import type { Runtime } from '../runtime.ts'
import { keepLogs } from './keep-logs.ts'

/** Path of a log file of the shop. @param name a service, or `shop` for all services in one process */
export const logPath = ({ data }: Pick<Runtime, 'data'>, name: string): string => data.path('logs', `${name}.log`)

/** Keeps the files of these logs until `stack` is disposed. Call it before their writers start. */
export const openLogKeeper = (
  runtime: Runtime,
  names: readonly string[],
  { print }: Pick<ProgramContext, 'print'>,
  stack: AsyncDisposableStack,
): void => {
  const { config } = runtime
  const keeper = keepLogs({
    files: names.map((name) => logPath(runtime, name)),
    maxBytes: config.logMaxMegabytes * 1024 * 1024,
    kept: config.logKeptFiles,
    elasticsearchUrl: config.logElasticsearchUrl,
    retentionDays: config.logRetentionDays,
    warn: (line) => print(`  ! ${line}`),
  })
  stack.defer(() => keeper.stop())
}
