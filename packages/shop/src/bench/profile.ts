// CPU profiles of running processes. A signal opens V8's inspector only for the profile, so that other figures are unaffected.
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'undici'
import type { CpuProfile } from './costs.ts'

/** A process to profile, and its standard error so far, which contains the address of its inspector. */
export interface Profiled {
  pid: number
  stderr(): string
}

/** NODE_OPTIONS of processes to profile: the inspector opens on a free port of loopback after the signal. */
export const inspectorOptions = '--inspect-port=127.0.0.1:0'

const sampleEveryUs = 500
const openLimitMs = 10_000

const inspectorOf = async ({ pid, stderr }: Profiled): Promise<string> => {
  const from = stderr().length
  process.kill(pid, 'SIGUSR1')
  const until = performance.now() + openLimitMs
  while (performance.now() < until) {
    const url = /Debugger listening on (ws:\S+)/.exec(stderr().slice(from))?.[1]
    if (url) return url
    await delay(20)
  }
  throw new Error(`process ${pid} did not open its inspector within ${openLimitMs} ms`)
}

interface Message {
  id?: number
  result?: { profile?: CpuProfile }
  error?: { message: string }
}

/** Opens a session with an inspector. */
const openSession = async (url: string) => {
  const socket = new WebSocket(url)
  await once(socket, 'open')
  let last = 0
  const send = async (method: string, params: object = {}): Promise<Message> => {
    const id = ++last
    const answered = new Promise<Message>((resolve, reject) => {
      const onMessage = ({ data }: { data: unknown }) => {
        const message = JSON.parse(String(data)) as Message
        if (message.id !== id) return
        socket.removeEventListener('message', onMessage)
        if (message.error) reject(new Error(`${method}: ${message.error.message}`))
        else resolve(message)
      }
      socket.addEventListener('message', onMessage)
      socket.addEventListener('close', () => reject(new Error(`${method}: the process closed its inspector`)), { once: true })
    })
    socket.send(JSON.stringify({ id, method, params }))
    return answered
  }
  return { send, close: () => socket.close() }
}

/** Profiles the processes while `work` runs. */
export const profileWhile = async (
  processes: Readonly<Record<string, Profiled>>,
  work: () => Promise<unknown>,
): Promise<Record<string, CpuProfile>> => {
  const names = Object.keys(processes)
  const sessions = await Promise.all(Object.values(processes).map(async (one) => openSession(await inspectorOf(one))))
  await Promise.all(
    sessions.map(async ({ send }) => {
      await send('Profiler.enable')
      await send('Profiler.setSamplingInterval', { interval: sampleEveryUs })
      await send('Profiler.start')
    }),
  )
  await work()
  const profiles = await Promise.all(
    sessions.map(async ({ send, close }, index): Promise<[string, CpuProfile]> => {
      const { result } = await send('Profiler.stop')
      close()
      return [names[index] ?? '', result?.profile ?? { nodes: [] }]
    }),
  )
  return Object.fromEntries(profiles)
}
