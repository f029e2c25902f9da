// Mutant: a planted defect of one line that a named test, or a scenario with a seed, must notice.
import { serviceNames } from '@cartwright/contracts'

/** Sections of `reliability.md` that a mutant may break. */
export const rules = {
  R1: 'transactions',
  R2: 'outbox and relay',
  R3: 'inbox, consumers and dead letters',
  R4: 'checkout saga',
  R5: 'stock',
  R6: 'payments',
  R7: 'HTTP and idempotency',
  R8: 'identity',
} as const
export type Rule = keyof typeof rules

/** Who holds the code that is broken. */
export const owners = [...serviceNames, 'messaging', 'db', 'concurrency', 'service-kit'] as const
export type Owner = (typeof owners)[number]

/** One test of the suite, by its own title; for `test.each` the title of one row, as the report prints it. */
export interface HeldByTest {
  project: 'unit' | 'int' | 'flow' | 'kafka'
  file: string
  title: string
}

/** One run of the harness, and what its account must say. */
export interface HeldByScenario {
  scenario: string
  seed: number
  notices: RegExp
}

export interface Mutant {
  name: string
  rule: Rule
  owner: Owner
  /** What goes wrong with it, in one sentence. */
  breaks: string
  file: string
  /** Stands exactly once in the file. */
  find: string
  replace: string
  heldBy: HeldByTest | HeldByScenario
}

export const isHeldByTest = (holder: Mutant['heldBy']): holder is HeldByTest => 'title' in holder

/** Tests and runs that a mutant can name, in one line for reports. */
export const holderOf = ({ heldBy }: Mutant): string =>
  isHeldByTest(heldBy) ? `${heldBy.file} › ${heldBy.title}` : `chaos --scenario ${heldBy.scenario} --seed ${heldBy.seed}`

/** A mutant whose `find` no longer names one place: the source has moved on, and the list must follow it. */
export class StaleMutant extends Error {
  /** Printed without a stack: the reader can fix it. */
  readonly isUserFacing = true

  constructor(mutant: Pick<Mutant, 'name' | 'file'>, count: number) {
    super(
      `mutant ${mutant.name} is stale: its \`find\` occurs ${count} times in ${mutant.file}, and must occur once. Adapt it to the source in packages/chaos/src/mutants.`,
    )
    this.name = 'StaleMutant'
  }
}

/** The source with the defect. @throws StaleMutant */
export const mutate = (mutant: Pick<Mutant, 'name' | 'file' | 'find' | 'replace'>, source: string): string => {
  const parts = source.split(mutant.find)
  if (parts.length !== 2) throw new StaleMutant(mutant, parts.length - 1)
  return parts.join(mutant.replace)
}
