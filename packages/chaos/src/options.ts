// What `npm run chaos` may be told.
import { parseArgs } from 'node:util'
import { ProgramError } from '@cartwright/service-kit'

export const usualSeconds = 20

export interface ChaosOptions {
  /** The first run's seed; each further run takes the next one. */
  seed: number
  runs: number
  /** Goes on starting runs until this time is over; 0 when `runs` decides. */
  minutes: number
  /** Names of scenarios; the random mix when none is given. */
  scenarios: string[]
  list: boolean
  /** Length of a random mix's trouble, in seconds. */
  seconds: number
  /** Keeps engines' data and logs of a world in which a run failed. */
  keep: boolean
  /** Plays nothing; writes the page of proof from the outcomes so far. */
  report: boolean
  /** Names of planted defects to run instead of scenarios, all of them when none is given; null when scenarios are wanted. */
  mutants: string[] | null
}

const whole = (text: string | undefined, name: string, fallback: number): number => {
  if (text === undefined) return fallback
  const value = Number(text)
  if (!Number.isFinite(value) || value < 0) throw new ProgramError(`--${name} takes a number, not ${text}.`)
  return value
}

/** @param draw a seed for a run that names none */
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
