// CPU profiles of running processes from outside: a signal opens V8's inspector, which nobody listens to before, so that the other figures are not touched.
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'undici'
import type { CpuProfile } from './costs.ts'

/** A process that can be profiled, and what it has written to standard error, where it says where its inspector is. */
export interface Profiled {
  pid: number
  said(): string
}

/** For the environment of processes that are to be profiled: each takes a free port when it is woken, on loopback only. */
export const inspectorOptions = '--inspect-port=127.0.0.1:0'

const sampleEveryUs = 500
const wakeLimitMs = 10_000

const inspectorOf = async ({ pid, said }: Profiled): Promise<string> => {
  const from = said().length
  process.kill(pid, 'SIGUSR1')
  const until = performance.now() + wakeLimitMs
  while (performance.now() < until) {
    const url = /Debugger listening on (ws:\S+)/.exec(said().slice(from))?.[1]
    if (url) return url
    await delay(20)
  }
  throw new Error(`process ${pid} does not open its inspector`)
}

interface Message {
  id?: number
  result?: { profile?: CpuProfile }
  error?: { message: string }
}

/** Sends the inspector's commands one after the other. */
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

/** Profiles all of them while `work` runs. */
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
