// Command-line options of `npm run chaos`.
import { parseArgs } from 'node:util'
import { ProgramError } from '@cartwright/service-kit'

export const usualSeconds = 20

export interface ChaosOptions {
  /** Seed of the first run; each further run uses the next number. */
  seed: number
  runs: number
  /** Starts runs until this time is over; 0 when `runs` decides. */
  minutes: number
  /** Names of scenarios; the random mix when empty. */
  scenarios: string[]
  list: boolean
  /** How long a random mix injects faults, in seconds. */
  seconds: number
  /** Keeps the engines' data and the logs. */
  keep: boolean
  /** Plays nothing and writes the proof page from the results so far. */
  report: boolean
  /** Names of mutants to run instead of scenarios, all of them when empty; null to play scenarios. */
  mutants: string[] | null
}

const whole = (text: string | undefined, name: string, fallback: number): number => {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new ProgramError(`--${name} takes a number of at least 0, not ${text}.`)
  return value
}

/** @param draw draws a seed when none is given */
export const readOptions = (args: readonly string[], draw: () => number): ChaosOptions => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: args.includes('--mutants'),
      options: {
        seed: { type: 'string' },
        runs: { type: 'string' },
        minutes: { type: 'string' },
        scenario: { type: 'string', multiple: true },
        list: { type: 'boolean' },
        seconds: { type: 'string' },
        keep: { type: 'boolean' },
        report: { type: 'boolean' },
        mutants: { type: 'boolean' },
      },
    })
    const minutes = whole(values.minutes, 'minutes', 0)
    return {
      seed: whole(values.seed, 'seed', draw()),
      runs: whole(values.runs, 'runs', minutes > 0 ? Number.POSITIVE_INFINITY : 1),
      minutes,
      scenarios: values.scenario ?? [],
      list: values.list ?? false,
      seconds: whole(values.seconds, 'seconds', usualSeconds),
      keep: values.keep ?? false,
      report: values.report ?? false,
      mutants: values.mutants ? positionals : null,
    }
  } catch (error) {
    if (error instanceof ProgramError) throw error
    throw new ProgramError(
      `${error instanceof Error ? error.message : String(error)}\nUsage: npm run chaos -- [--seed N] [--runs K | --minutes M] [--scenario name …] [--seconds S] [--list] [--keep] [--report]\n       npm run chaos -- --mutants [name …] [--list]`,
    )
  }
}
