// Log scan: finds secrets, codes, tokens, addresses and uncaught errors in the logs of a run.
import { existsSync, readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { LogFinding } from './rows.ts'

/** The secrets of a run, each with a name for the report. */
export type LogSecrets = readonly { what: string; value: string }[]

const shapes: readonly { what: string; pattern: RegExp }[] = [
  { what: 'an access token', pattern: /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/ },
  { what: 'an e-mail address', pattern: /[\w.+-]+@(?!sha)[\w-]+\.(net|com|example|org)\b/ },
  { what: 'an unhandled rejection', pattern: /unhandled ?rejection/i },
  { what: 'an uncaught exception', pattern: /^(node:internal|Uncaught|\s+at .*node:internal\/process)/ },
]

const isHexOrLong = (value: string): boolean => value.length >= 8

/** Finds what one line must not hold. */
export const findingsIn = (service: string, line: string, secrets: LogSecrets): LogFinding[] => [
  ...shapes.filter(({ pattern }) => pattern.test(line)).map(({ what }) => ({ service, what, line })),
  ...secrets
    .filter(({ value }) => isHexOrLong(value) && line.includes(value))
    .map(({ what }) => ({ service, what, line: line.replaceAll(/\S{40,}/g, '…') })),
]

/** Scans every line of the logs, and reports each kind of finding once per service. */
export const readLogs = (files: readonly string[], secrets: LogSecrets): LogFinding[] =>
  files
    .filter((file) => existsSync(file))
    .flatMap((file) => {
      const service = basename(file, '.log')
      const seen = new Set<string>()
      return readFileSync(file, 'utf8')
        .split('\n')
        .flatMap((line) => findingsIn(service, line, secrets))
        .filter(({ what }) => !seen.has(what) && seen.add(what))
    })
