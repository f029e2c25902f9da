// Command line of `npm run check:alerts`.
import { parseArgs } from 'node:util'
import { ProgramError } from '@cartwright/service-kit'

const usage = 'Usage: npm run check:alerts -- [--only <Alert,…> | --quiet [minutes]] [--keep]'

export interface AlertOptions {
  /** Names of alerts; null for all. */
  only: string[] | null
  /** Minutes of load without faults; null to hold drills. */
  quietMinutes: number | null
  /** Keeps the folder with data and logs. */
  keep: boolean
}

const usualQuietMinutes = 10

/** @throws ProgramError */
export const readOptions = (args: readonly string[]): AlertOptions => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { only: { type: 'string' }, quiet: { type: 'boolean' }, keep: { type: 'boolean' } },
    })
    const [minutes = usualQuietMinutes, ...rest] = positionals.map(Number)
    if (rest.length > 0 || !(minutes > 0) || (positionals.length > 0 && !values.quiet) || (values.quiet && values.only))
      throw new ProgramError(usage)
    return {
      only: values.only?.split(',') ?? null,
      quietMinutes: values.quiet ? minutes : null,
      keep: values.keep ?? false,
    }
  } catch (error) {
    if (error instanceof ProgramError) throw error
    throw new ProgramError(`${error instanceof Error ? error.message : String(error)}\n${usage}`)
  }
}
