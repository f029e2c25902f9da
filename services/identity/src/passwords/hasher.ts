// Hashes and compares passwords on a small pool of threads.
import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

export interface PasswordHasher {
  hash(password: string): Promise<string>
  /** Compares even when there is no hash, so that unknown accounts take as long as known ones. */
  matches(password: string, hash: string | null): Promise<boolean>
  close(): Promise<void>
}

interface Waiting {
  resolve(value: string | boolean): void
  reject(error: Error): void
}

/** Threads start at the first use and stop when idle is long: a shop where nobody signs in pays nothing. */
export const passwordHasher = (cost: number): PasswordHasher => {
  const waiting = new Map<number, Waiting>()
  const workers: Worker[] = []
  const size = Math.max(1, Math.min(2, availableParallelism() - 1))
  let nextId = 0
  let decoy: Promise<string> | null = null

  const startWorker = (): Worker => {
    const worker = new Worker(new URL('./worker.ts', import.meta.url))
    worker.on('message', ({ id, result }: { id: number; result: string | boolean }) => {
      waiting.get(id)?.resolve(result)
      waiting.delete(id)
      if (waiting.size === 0) for (const idle of workers) idle.unref()
    })
    worker.on('error', (error) => {
      workers.splice(workers.indexOf(worker), 1)
      for (const task of waiting.values()) task.reject(error)
      waiting.clear()
    })
    return worker
  }
  const ask = (password: string, hash: string | null): Promise<string | boolean> => {
    if (workers.length < size) workers.push(startWorker())
    const id = nextId++
    const worker = workers[id % workers.length]
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject })
      worker?.ref()
      worker?.postMessage({ id, password, cost, hash })
    })
  }
  const hash = async (password: string) => String(await ask(password, null))
  return {
    hash,
    matches: async (password, known) => {
      decoy ??= hash('a password that nobody has')
      const result = await ask(password, known ?? (await decoy))
      return known !== null && result === true
    },
    close: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()))
    },
  }
}
