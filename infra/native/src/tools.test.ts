// Tools of the machine: a failure names the error and what to do, in one line.
import { expect, test } from 'vitest'
import { EngineError } from './engine.ts'
import { findErrorLine, run } from './tools.ts'

const shell = (script: string, options = {}) => run('sh', ['-c', script], options)

test('a program that fails is one line: its error and what the user can do', async () => {
  const failed = shell('echo starting; echo "error: no such file" >&2; echo done >&2; exit 3', { remedy: 'Write the file.' })
  await expect(failed).rejects.toThrow(new EngineError('sh -c failed (exit code 3): error: no such file. Write the file.'))
})

test('a program that is missing is named', async () => {
  await expect(run('no-such-program', [])).rejects.toThrow('no-such-program cannot be run')
})

test('a line of one word, such as a package that a compiler names, is not taken for the error', () => {
  expect(findErrorLine('undefined: x is an error\ngithub.com/pkg/errors\n')).toBe('undefined: x is an error')
})

test('standard error is received as it comes, and standard output is returned', async () => {
  const seen: string[] = []
  expect(await shell('echo one >&2; echo two', { onOutput: (text: string) => seen.push(text) })).toBe('two\n')
  expect(seen.join('')).toBe('one\n')
})
