// Journal of a run: operations of clients, faults and planned changes, in time order. The failure report is made from it.

/** One operation of a client. An operation whose answer was lost may have happened or not. */
export interface Operation {
  kind: 'operation'
  at: Date
  actor: string
  action: string
  orderId: string | null
  /** HTTP status; null when the answer was lost. */
  status: number | null
  /** Problem code of a refusal, or the reason why the answer was lost. */
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

/** A planned change, such as the replacement of a replica. Every time limit holds through it. */
export interface ChangeNote {
  kind: 'change'
  at: Date
  what: string
}

export type Entry = Operation | FaultNote | ChangeNote

export interface Journal {
  readonly entries: readonly Entry[]
  operations(): Operation[]
  fault(what: string): void
  change(what: string): void
  operation(operation: Omit<Operation, 'kind'>): void
}

/** @param print receives each fault at once */
export const openJournal = (print: (line: string) => void = () => undefined): Journal => {
  const entries: Entry[] = []
  return {
    entries,
    operations: () => entries.filter((entry) => entry.kind === 'operation'),
    fault: (what) => {
      entries.push({ kind: 'fault', at: new Date(), what })
      print(what)
    },
    change: (what) => void entries.push({ kind: 'change', at: new Date(), what }),
    operation: (operation) => void entries.push({ kind: 'operation', ...operation }),
  }
}

/** The action of a webhook with a wrong signature; the shop must refuse it. */
export const unsignedAction = 'forged webhook with a wrong secret'

/** The fault entry that the injector writes when all faults have ended. */
export const faultsEndedNote = 'all faults have ended'

export const faultsIn = (entries: readonly Entry[]): FaultNote[] => entries.filter((entry) => entry.kind === 'fault')

/** An entry as a line of the report. */
export const lineOf = (entry: Entry): string =>
  entry.kind === 'operation'
    ? `client ${entry.actor}: ${entry.action} → ${entry.status ?? 'lost'}${entry.detail ? ` ${entry.detail}` : ''} (${entry.ms} ms)`
    : `${entry.kind.toUpperCase()} ${entry.what}`
