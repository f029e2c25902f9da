// Hooks of one transaction: work right before COMMIT, and callbacks and signals after it.
import type { EventEmitter } from 'node:events'
import type { Tx } from './types.ts'

export interface TransactionHooks extends Pick<Tx, 'beforeCommit' | 'afterCommit' | 'signal'> {
  /** Runs the hooks of `beforeCommit`. A hook may add hooks. */
  runBeforeCommit(): Promise<void>
  /** Runs the hooks of `afterCommit`, then emits the signals. */
  runAfterCommit(): void
}

export const createHooks = (signals: EventEmitter): TransactionHooks => {
  const before = new Map<symbol, () => Promise<void>>()
  const lastBefore = new Map<symbol, () => Promise<void>>()
  const after: (() => void)[] = []
  const signalled = new Set<string>()
  return {
    beforeCommit: (key, hook, last = false) => void (last ? lastBefore : before).set(key, hook),
    afterCommit: (hook) => void after.push(hook),
    signal: (name) => void signalled.add(name),
    runBeforeCommit: async () => {
      for (const hook of before.values()) await hook()
      for (const hook of lastBefore.values()) await hook()
    },
    runAfterCommit: () => {
      for (const hook of after) hook()
      for (const name of signalled) signals.emit(name)
    },
  }
}
