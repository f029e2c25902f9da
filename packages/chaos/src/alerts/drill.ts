// Drill: how one alert is provoked, and how the fault is ended as its runbook says.
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import type { Load } from './load.ts'

/** The shop that the drills are held in. */
export interface DrillShop {
  shop: ShopUnderTest
  load: Load
  /** The product that the load buys. */
  sku: string
  /** A product that the load does not buy. */
  spareSku: string
  /** Adds one more product to the catalogue. */
  addProduct(): Promise<void>
  /** Runs `npm run ops` on this shop with the words of a command. @returns what it printed */
  ops(words: readonly string[]): Promise<string>
  /** Evaluates an expression in Prometheus. @returns its first value; null without one */
  evaluate(expression: string): Promise<number | null>
}

/** Ends a fault. */
export type EndFault = () => Promise<unknown> | unknown

export interface Drill {
  /** Name of the rule. */
  alert: string
  /** Service that the alert names. */
  service: string
  /** What is broken. */
  fault: string
  /** Commands of operators that the drill runs, as the runbook of the alert writes them. */
  commands: readonly string[]
  /** Alerts that the same fault fires as well, as `Alert service`. */
  also: readonly string[]
  /** The rule looks back five minutes, so the next group does not wait until the alert has cleared. */
  clearsLate?: true
  /** Brings the shop into the state that the fault needs; not measured. */
  prepare?(shop: DrillShop): Promise<void>
  /** Makes the fault. @returns what ends it */
  begin(shop: DrillShop): Promise<EndFault>
}

/** `Alert service`, the name of an alert in results. */
export const keyOf = ({ alert, service }: Pick<Drill, 'alert' | 'service'>): string => `${alert} ${service}`

const wordsOf = (command: string, values: Readonly<Record<string, string>> = {}): string[] =>
  command.split(' ').map((word) => values[word] ?? word)

/** A drill whose fault is a flag: one command sets it, another one ends it. */
export const flagDrill = ({ on, off, ...drill }: Omit<Drill, 'commands' | 'begin'> & { on: string; off: string }): Drill => ({
  ...drill,
  commands: [on, off],
  begin: async ({ ops }) => {
    await ops(wordsOf(on))
    return () => ops(wordsOf(off))
  },
})

/** Runs a command of a runbook once for each value of its placeholder. */
export const forEachValue = async (
  { ops }: DrillShop,
  command: string,
  placeholder: string,
  values: readonly string[],
): Promise<void> => {
  for (const value of values) await ops(wordsOf(command, { [placeholder]: value }))
}
