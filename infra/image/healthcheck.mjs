// Health check of a container: asks the program for its readiness. The image has no shell tool that could.
import { readFileSync } from 'node:fs'

const timeoutMs = 4000

/** Name of the program: process 1 is the entry point, and the name is its first argument. */
const programName = () => {
  const words = readFileSync('/proc/1/cmdline', 'utf8').split('\0')
  return words[words.findIndex((word) => word.endsWith('/run.mjs')) + 1] ?? ''
}

/** Variable of the port and path to ask, where they differ from those of a service: the page of a tool answers. */
const tools = { sandbox: ['STRIPE_SANDBOX_PORT', '/'], mailbox: ['MAILBOX_PORT', '/'] }

const name = process.argv[2] ?? programName()
const [variable, path] = tools[name] ?? [`${name.toUpperCase()}_PORT`, '/readyz']
const url = `http://127.0.0.1:${process.env[variable]}${path}`
try {
  const { status } = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
  if (status === 200) process.exit(0)
  process.stderr.write(`${name} is not ready: ${url} answers ${status}\n`)
} catch (error) {
  process.stderr.write(`${name} does not answer at ${url}: ${error.message}\n`)
}
process.exit(1)
