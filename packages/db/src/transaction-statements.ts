// Statements of one transaction: the first failure fails the transaction, and nothing runs after its end.
import { ignore } from '@cartwright/concurrency'
import { asConflict } from './errors.ts'
import type { SqlValue } from './sql.ts'
import type { Send } from './types.ts'

export interface TransactionStatements {
  send: Send
  /** Sends a statement whose result the caller does not read. */
  write(text: string, values: readonly SqlValue[]): void
  /** Waits for the statements of `write`. @throws the first failure of any statement, even one whose error was caught */
  settle(): Promise<void>
  /** The first failure of any statement; undefined while there is none. */
  failure(): unknown
  /** Refuses all further statements. */
  end(): void
  /** How many statements were sent. */
  count(): number
}

export const createStatements = (send: Send): TransactionStatements => {
  const unread: Promise<void>[] = []
  let hasEnded = false
  let sent = 0
  let failure: unknown
  const sendOne: Send = async (text, values) => {
    if (hasEnded) throw new Error('this transaction has ended')
    if (failure !== undefined) throw failure
    sent += 1
    try {
      return await send(text, values)
    } catch (error) {
      const reported = asConflict(error)
      // The first failure is the cause. Statements that were sent after it may fail because of it.
      failure ??= reported
      throw reported
    }
  }
  return {
    send: sendOne,
    write: (text, values) => void unread.push(ignore(sendOne(text, values), 'reported by `settle`, before COMMIT')),
    settle: async () => {
      await Promise.all(unread)
      if (failure !== undefined) throw failure
    },
    failure: () => failure,
    end: () => {
      hasEnded = true
    },
    count: () => sent,
  }
}
