// State store: keeps the state in an append-only file, one line per change, so that a change does not rewrite everything.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { emptyState, type Kind, type State } from './state.ts'

export interface Store {
  state: State
  /** Marks an object as new or changed; it is written soon. */
  markChanged(kind: Kind, id: string): void
  /** Marks a change that may be lost with the process; the next write includes it. */
  markChangedLater(kind: Kind, id: string): void
  /** Rewrites the whole file, for a change of every object. */
  rewrite(): void
  /** Writes the changes that are not written yet. */
  flush(): void
}

const lineOf = (state: State, kind: Kind, id: string): string => `${JSON.stringify([kind, id, state[kind].get(id)])}\n`

const applyLine = (state: State, line: string): void => {
  const parsed: unknown = JSON.parse(line)
  if (!Array.isArray(parsed)) return
  const [kind, id, value] = parsed as [Kind, string, never]
  if (kind in state) state[kind].set(id, value)
}

/** Skips a last line that is incomplete because the process was killed. */
const readState = (file: string): State => {
  const state = emptyState()
  try {
    for (const line of readFileSync(file, 'utf8').split('\n').slice(0, -1)) applyLine(state, line)
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
  const markChangedLater = (kind: Kind, id: string) => void dirty.set(`${kind}\n${id}`, [kind, id])
  return {
    state,
    markChangedLater,
    markChanged: (kind, id) => {
      markChangedLater(kind, id)
      // Written right after the request: a shop that is killed with the sandbox must not remember more than the sandbox.
      soon ??= setImmediate(flush)
    },
    rewrite,
    flush,
  }
}

/** @param file path of the data file; without one nothing is stored */
export const openStore = (file: string | undefined): Store =>
  file === undefined
    ? {
        state: emptyState(),
        markChanged: () => undefined,
        markChangedLater: () => undefined,
        rewrite: () => undefined,
        flush: () => undefined,
      }
    : fileStore(file)
