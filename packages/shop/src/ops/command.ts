// Type of an operator command, and the formatting of its outcome: a table for the terminal, JSON for programs.
import { type ProgramContext, ProgramError } from '@cartwright/service-kit'
import type { AdminApi } from './admin-api.ts'
import type { DiscoveredShop } from './discovery.ts'

/** An invalid command line: exit code 2. */
export class UsageError extends ProgramError {
  constructor(message: string) {
    super(message, { exitCode: 2 })
    this.name = 'UsageError'
  }
}

export interface Outcome {
  /** Output for `--json`. */
  data: unknown
  /** Output for the terminal. */
  text: string
  /** True when the exit code is 1; omitted on success. */
  failed?: boolean
}

export interface Options {
  [name: string]: string | boolean | undefined
}

export interface CommandContext {
  /** Signs in at the first use. */
  api(): Promise<AdminApi>
  shop: DiscoveredShop
  /** Aborted by Ctrl-C. */
  signal: AbortSignal
}

interface CommandWords {
  /** Words of the command: `dead-letters list`. */
  name: string
  /** Arguments: `<service> <id>`. */
  takes: string
  about: string
  /** Options of the command, with their descriptions. */
  options?: Readonly<Record<string, { type: 'string' | 'boolean'; about: string }>>
}

/** A command that calls the admin API of a running shop. */
interface ShopCommand extends CommandWords {
  run(context: CommandContext, args: readonly string[], options: Options): Promise<Outcome>
}

/** A command that needs no running shop and no sign-in: it works on the database that the environment names. */
export interface StandaloneCommand extends CommandWords {
  runAlone(context: Pick<ProgramContext, 'env' | 'signal'>, args: readonly string[], options: Options): Promise<Outcome>
}

export type Command = ShopCommand | StandaloneCommand

/** Value of a text option. */
export const textOf = (options: Options, name: string): string | undefined => {
  const value = options[name]
  return typeof value === 'string' ? value : undefined
}

/** A whole number from 1 on. @throws UsageError */
export const countOf = (text: string | undefined, what: string, fallback: number): number => {
  if (text === undefined) return fallback
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new UsageError(`${what} takes a whole number from 1 on, not ${text}.`)
  return Number(text)
}

const cell = (value: unknown): string => (value === null || value === undefined || value === '' ? '–' : String(value))

/** Formats rows under a heading with aligned columns. */
export const grid = (heading: readonly string[], rows: readonly (readonly unknown[])[]): string => {
  const lines = [heading, ...rows.map((row) => row.map(cell))]
  const widths = heading.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)))
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Formats each name and value as one line. */
export const facts = (rows: readonly (readonly [string, unknown])[]): string => {
  const width = Math.max(...rows.map(([name]) => name.length))
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`).join('\n')
}

/** `2026-01-31 12:00:00`, UTC. */
export const timeOf = (iso: string | null): string | null => (iso === null ? null : iso.slice(0, 19).replace('T', ' '))
