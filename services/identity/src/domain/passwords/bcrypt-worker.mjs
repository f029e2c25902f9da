// bcrypt worker: hashes and compares on a thread, off the event loop. Plain JavaScript, because a thread that strips types costs 20 MB more.
import { parentPort } from 'node:worker_threads'
import { compareSync, hashSync } from 'bcryptjs'

parentPort?.on('message', ({ password, cost, hash, salt }) => {
  parentPort?.postMessage(hash === null ? hashSync(password, salt ?? cost) : compareSync(password, hash))
})
