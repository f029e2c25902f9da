// Parser of the operator's command line: the command, its arguments and options, and the help derived from them.
import { parseArgs } from 'node:util'
import { type Command, type Options, UsageError } from './command.ts'
import { createAdminCommand } from './create-admin.ts'
import { deadLetterCommands } from './dead-letters.ts'
import { doctor } from './doctor.ts'
import { faultCommand } from './faults.ts'
import { showLogs } from './logs.ts'
import { upkeepCommands } from './maintenance.ts'
import { orderCommands } from './orders.ts'
import { peopleCommands } from './people.ts'

export const commands: readonly Command[] = [
  doctor,
  ...orderCommands,
  showLogs,
  ...deadLetterCommands,
  ...upkeepCommands,
  createAdminCommand,
  ...peopleCommands,
  faultCommand,
]

const everywhere = {
  url: { type: 'string', about: 'address of the gateway; the shop that runs on this machine when left out' },
  email: {
    type: 'string',
    about: 'e-mail address of the admin, admin@example.com when left out; the password is read from OPS_PASSWORD',
  },
  json: { type: 'boolean', about: 'print JSON' },
  help: { type: 'boolean', about: 'print this' },
} as const

const columns = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}   ${right}`).join('\n')
}

const optionLines = (options: Readonly<Record<string, { type: string; about: string }>>): [string, string][] =>
  Object.entries(options).map(([name, { type, about }]) => [type === 'string' ? `--${name} …` : `--${name}`, about])

const usageOf = ({ name, takes }: Command): string => (takes === '' ? name : `${name} ${takes}`)

/** Help text of the tool. */
export const overview = (): string =>
  [
    'Usage: npm run ops -- <command> [options]',
    '',
    'Commands',
    columns(commands.map((command) => [usageOf(command), command.about])),
    '',
    'Options of every command',
    columns(optionLines(everywhere)),
    '',
    'Exit codes: 0 success, 1 failure, 2 invalid command line.',
  ].join('\n')

/** Help text of one command. */
export const manual = (command: Command): string =>
  [
    `Usage: npm run ops -- ${usageOf(command)} [options]`,
    '',
    `${command.about}.`,
    '',
    columns(optionLines({ ...command.options, ...everywhere })),
  ].join('\n')

export interface Asked {
  command: Command
  args: readonly string[]
  options: Options
}

/** Finds the command at the beginning of the line. @throws UsageError */
const commandOf = (words: readonly string[]): Command => {
  const found = commands.find(({ name }) => name.split(' ').every((word, index) => words[index] === word))
  if (found) return found
  const siblings = commands.filter(({ name }) => name.split(' ')[0] === words[0]).map(({ name }) => name)
  if (siblings.length > 0) throw new UsageError(`Choose one of: ${siblings.join(', ')}.`)
  throw new UsageError(`${words[0] === undefined ? 'No command was given' : `There is no command ${words[0]}`}.\n\n${overview()}`)
}

const countTaken = (takes: string): number => takes.match(/</g)?.length ?? 0

/** @returns the command with its arguments, or the requested help. @throws UsageError */
export const readCommandLine = (line: readonly string[]): Asked | { help: string } => {
  const words = line.filter((word) => !word.startsWith('-'))
  const wantsHelp = line.includes('--help') || line.includes('-h') || words[0] === 'help'
  if (wantsHelp) {
    const about = words.filter((word) => word !== 'help')
    return { help: about.length === 0 ? overview() : manual(commandOf(about)) }
  }
  const command = commandOf(line)
  try {
    const { values, positionals } = parseArgs({
      args: line.slice(command.name.split(' ').length),
      options: { ...everywhere, ...command.options },
      allowPositionals: true,
    })
    if (positionals.length !== countTaken(command.takes))
      throw new UsageError(
        command.takes === '' ? `${command.name} takes no arguments.` : `${command.name} takes ${command.takes}.`,
      )
    return { command, args: positionals, options: values }
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw new UsageError(`${error instanceof Error ? error.message : String(error)}\n\n${manual(command)}`)
  }
}
