// Seeds the orders of the last four weeks into a new development shop, before it starts: a shop whose clock is in the past plays them.
import { connect } from '@cartwright/db'
import type { Environment, ProgramContext } from '@cartwright/service-kit'
import { step } from '../progress.ts'
import type { Runtime } from '../runtime.ts'
import { startShop } from '../start-shop.ts'
import { historyClock, moveSandbox, playHistory } from './play.ts'
import { isFinished, newProgress, type Progress, readProgress, resumesAt, writeProgress } from './progress.ts'

/** Whether the services have never started on this database. */
const isNew = async ({ database, config }: Runtime): Promise<boolean> => {
  const connection = await connect(database.url)
  try {
    const tables: unknown[] = await connection.query(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = ? AND table_name = 'user_account'",
      [`${config.schemaPrefix}identity`],
    )
    return tables.length === 0
  } finally {
    await connection.end()
  }
}

/**
 * The progress to go on from. A database that was in use never goes back in time: only a new one gets a history, and only one that was
 * interrupted gets the rest.
 */
const findUnfinished = async (runtime: Runtime): Promise<Progress | null> => {
  if (await isNew(runtime)) return newProgress()
  const kept = readProgress(runtime.historyFile)
  return kept === null || isFinished(kept) ? null : kept
}

interface Play {
  env: Environment
  logFile: string
  file: string
  sandboxUrl: string
  signal: AbortSignal
}

const play = async (progress: Progress, { env, logFile, file, sandboxUrl, signal }: Play): Promise<void> => {
  const clock = historyClock(resumesAt(progress))
  const shop = await startShop({ env, clock, logFile, alone: true })
  try {
    await shop.seed()
    const save = (next: Progress) => writeProgress(file, next)
    await playHistory({ url: shop.url, sandboxUrl, clock, idle: () => shop.idle(), save, signal }, progress)
  } finally {
    await shop.stop()
  }
}

/**
 * Plays the history into a new database. A failure is printed, and the shop starts with what it has.
 * @param env variables of the services, with their ports and without Kafka
 */
export const seedHistory = async (
  runtime: Runtime,
  env: Environment,
  logFile: string,
  { print, signal }: Pick<ProgramContext, 'print' | 'signal'>,
): Promise<void> => {
  const { sandbox } = runtime.devServices
  // Orders cannot be paid without the sandbox.
  if (runtime.isProduction || !runtime.config.seedOrders || sandbox === null) return
  const progress = await findUnfinished(runtime)
  if (progress === null) return
  const file = runtime.historyFile
  writeProgress(file, progress)
  const work = async (): Promise<string> => {
    try {
      await play(progress, { env, logFile, file, sandboxUrl: sandbox.url, signal })
      return 'products, customers, and orders of the last four weeks'
    } catch (error) {
      if (signal.aborted) throw error
      const failed = error instanceof Error ? error.message : String(error)
      writeProgress(file, { ...(readProgress(file) ?? progress), failed })
      await moveSandbox(sandbox.url, 0)
      return `not all orders of the development data could be placed; the shop starts with those that it has: ${failed}`
    }
  }
  await step(print, 'adding products, customers and orders', work, (outcome) => outcome)
}
