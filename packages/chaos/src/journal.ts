// What the harness did and saw, in time order: the story that a violation is explained with.

/** One thing that a client asked for. An operation whose answer was lost may have happened or not. */
export interface Operation {
  kind: 'operation'
  at: Date
  actor: string
  action: string
  orderId: string | null
  /** HTTP status; null when the answer was lost. */
  status: number | null
  /** Problem code of a refusal, or what was lost. */
  detail: string
  key: string | null
  ms: number
}

/** A fault that began, ended, or happened at once. */
export interface FaultNote {
  kind: 'fault'
  at: Date
  what: string
}

export type Entry = Operation | FaultNote

export interface Journal {
  readonly entries: readonly Entry[]
  operations(): Operation[]
  fault(what: string): void
  operation(operation: Omit<Operation, 'kind'>): void
}

/** @param say told about each fault at once */
export const openJournal = (say: (line: string) => void = () => undefined): Journal => {
  const entries: Entry[] = []
  return {
    entries,
    operations: () => entries.filter((entry) => entry.kind === 'operation'),
    fault: (what) => {
      entries.push({ kind: 'fault', at: new Date(), what })
      say(what)
    },
    operation: (operation) => void entries.push({ kind: 'operation', ...operation }),
  }
}

/** A webhook that nobody signed who may; it must be refused. */
export const unsignedAction = 'pretend without the secret'

/** What the injector notes when everything works again. */
export const healedNote = 'everything is healed'

export const faultsIn = (entries: readonly Entry[]): FaultNote[] => entries.filter((entry) => entry.kind === 'fault')

/** An entry as a line of an account. */
export const lineOf = (entry: Entry): string =>
  entry.kind === 'fault'
    ? `FAULT ${entry.what}`
    : `client ${entry.actor}: ${entry.action} → ${entry.status ?? 'lost'}${entry.detail ? ` ${entry.detail}` : ''} (${entry.ms} ms)`
