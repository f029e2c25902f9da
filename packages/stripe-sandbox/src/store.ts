// Keeps the state in a file over restarts: one line per change, so that a busy shop does not rewrite everything it ever sold.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { emptyState, type Kind, type State } from './state.ts'

export interface Store {
  state: State
  /** Notes that an object is new or changed. */
  touch(kind: Kind, id: string): void
  /** Notes a change that may be forgotten with the process; the next write takes it along. */
  touchLater(kind: Kind, id: string): void
  /** Writes everything anew, for a change that touches everything. */
  rewrite(): void
  /** Writes what is not written yet. */
  flush(): void
}

const lineOf = (state: State, kind: Kind, id: string): string => `${JSON.stringify([kind, id, state[kind].get(id)])}\n`

const put = (state: State, line: string): void => {
  const parsed: unknown = JSON.parse(line)
  if (!Array.isArray(parsed)) return
  const [kind, id, value] = parsed as [Kind, string, never]
  if (kind in state) state[kind].set(id, value)
}

/** The last line may be torn when the process was killed; it is left out. */
const readState = (file: string): State => {
  const state = emptyState()
  try {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) put(state, line)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return state
}

const fileStore = (file: string): Store => {
  const state = readState(file)
  const dirty = new Map<string, [kind: Kind, id: string]>()
  let soon: NodeJS.Immediate | null = null
  const rewrite = () => {
    dirty.clear()
    const kinds = Object.keys(state) as Kind[]
    writeFileSync(`${file}.new`, kinds.flatMap((kind) => [...state[kind].keys()].map((id) => lineOf(state, kind, id))).join(''))
    renameSync(`${file}.new`, file)
  }
  const flush = () => {
    if (soon) clearImmediate(soon)
    soon = null
    if (dirty.size === 0) return
    const lines = [...dirty.values()].map(([kind, id]) => lineOf(state, kind, id))
    dirty.clear()
    appendFileSync(file, lines.join(''))
  }
  rewrite()
  const touchLater = (kind: Kind, id: string) => void dirty.set(`${kind}\n${id}`, [kind, id])
  return {
    state,
    touchLater,
    touch: (kind, id) => {
      touchLater(kind, id)
      // With the request that made the change, or right behind it: a shop that is killed with the sandbox must not remember more than it.
      soon ??= setImmediate(flush)
    },
    rewrite,
    flush,
  }
}

/** @param file path of the data file; without one nothing is kept */
export const openStore = (file: string | undefined): Store =>
  file === undefined
    ? {
        state: emptyState(),
        touch: () => undefined,
        touchLater: () => undefined,
        rewrite: () => undefined,
        flush: () => undefined,
      }
    : fileStore(file)
