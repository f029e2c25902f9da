// stripe-mock for tests: validates requests against Stripe's specification. Built from its Go module when the machine has Go.

import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePort } from './free-port.ts'

const version = 'v0.203.0'
const run = promisify(execFile)
/** stripe-mock parses a large specification at start, which is slow on a busy machine. */
const startLimitMs = 120_000

export interface StripeMock {
  url: string
  stop(): Promise<void>
}

/** Builds the program once, into the cache outside the clone. @returns its path, or the reason why it is unavailable */
const build = async (): Promise<{ program: string } | { reason: string }> => {
  const folder = join(homedir(), '.cache', 'cartwright', `stripe-mock-${version}`)
  const program = join(folder, 'stripe-mock')
  if (existsSync(program)) return { program }
  try {
    await run('go', ['version'])
  } catch {
    return { reason: 'stripe-mock needs Go, and this machine has none' }
  }
  try {
    mkdirSync(folder, { recursive: true })
    await run('go', ['install', `github.com/stripe/stripe-mock@${version}`], {
      cwd: folder,
      env: { ...process.env, GOBIN: folder },
      timeout: 240_000,
    })
    return { program }
  } catch (error) {
    return { reason: `stripe-mock could not be built: ${error instanceof Error ? error.message : String(error)}` }
  }
}

const answers = async (url: string): Promise<boolean> => {
  try {
    await fetch(url)
    return true
  } catch {
    return false
  }
}

/**
 * Starts stripe-mock, or uses the one that STRIPE_MOCK_URL names.
 * @returns the reason when it cannot be had; with `CI=true` that is an error
 */
export const startStripeMock = async (): Promise<StripeMock | { reason: string }> => {
  const given = process.env.STRIPE_MOCK_URL
  if (given) return { url: given, stop: async () => undefined }
  const built = await build()
  if ('reason' in built) {
    if (process.env.CI === 'true') throw new Error(built.reason)
    return built
  }
  const port = await freePort()
  // stripe-mock always opens an HTTPS port as well; 0 means a free port.
  const child = spawn(built.program, ['-http-addr', `127.0.0.1:${port}`, '-https-addr', '127.0.0.1:0'], { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill()
    await exited
  }
  const url = `http://127.0.0.1:${port}`
  const deadline = performance.now() + startLimitMs
  while (child.exitCode === null && performance.now() < deadline) {
    if (await answers(url)) return { url, stop }
    await delay(100)
  }
  await stop()
  throw new Error('stripe-mock does not answer')
}
