// Computes bcrypt in a thread of its own, so that a sign-in never holds up the event loop.
import { parentPort } from 'node:worker_threads'
import { compareSync, hashSync } from 'bcryptjs'

interface Task {
  id: number
  password: string
  cost: number
  hash: string | null
}

parentPort?.on('message', ({ id, password, cost, hash }: Task) => {
  parentPort?.postMessage({ id, result: hash === null ? hashSync(password, cost) : compareSync(password, hash) })
})
