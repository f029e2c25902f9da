// Parser of the operator's command line: it accepts valid lines and refuses others with the right usage.
import { describe, expect, test } from 'vitest'
import { UsageError } from './command.ts'
import { commands, manual, overview, readCommandLine } from './command-line.ts'

describe('a command line', () => {
  test('names a command by one word or two, then its arguments and options in any order', () => {
    const asked = readCommandLine(['saga', 'compensate', '--reason', 'called', 'CW-7K3M-9QXD', '--json'])
    expect(asked).toMatchObject({
      args: ['CW-7K3M-9QXD'],
      options: { reason: 'called', json: true },
      command: { name: 'saga compensate' },
    })
    expect(readCommandLine(['doctor'])).toMatchObject({ args: [], command: { name: 'doctor' } })
  })

  test.each([
    ['nothing', [], 'No command was given'],
    ['an unknown command', ['dance'], 'There is no command dance'],
    ['half a command', ['dead-letters'], 'dead-letters redrive'],
    ['too few arguments', ['saga', 'show'], 'takes <order>'],
    ['too many', ['stock', 'A', 'B'], 'takes <sku>'],
    ['any where none belong', ['doctor', 'please'], 'takes no arguments'],
    ['an unknown option', ['doctor', '--loud'], '--loud'],
    ['an option without its value', ['reconcile', '--wait'], '--wait'],
  ])('that says %s is refused', (_, line, says) => {
    expect(() => readCommandLine(line)).toThrow(UsageError)
    expect(() => readCommandLine(line)).toThrow(says)
  })

  test.each([[['help']], [['--help']], [['-h']]])('%s asks for the overview', (line) => {
    expect(readCommandLine(line)).toEqual({ help: overview() })
  })

  test('every command has a manual, asked for before or behind it', () => {
    for (const command of commands) {
      const words = command.name.split(' ')
      expect(readCommandLine([...words, '--help'])).toEqual({ help: manual(command) })
      expect(readCommandLine(['help', ...words])).toEqual({ help: manual(command) })
      expect(manual(command)).toContain(command.about)
      for (const option of Object.keys(command.options ?? {})) expect(manual(command)).toContain(`--${option}`)
    }
  })
})
