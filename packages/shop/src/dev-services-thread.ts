// Entry of the dev-services thread: starts mailbox and Stripe sandbox, posts their addresses, and stops them on request.
import { parentPort, workerData } from 'node:worker_threads'
import { openDevServices } from './dev-services.ts'
import type { DevServicesWorkerOptions, WorkerReply } from './dev-services-worker.ts'
import { UserFacingError } from './user-facing-error.ts'

const reply = (message: WorkerReply): void => parentPort?.postMessage(message)

try {
  const { smtpUrl, stripe, mailbox, sandbox, stop } = await openDevServices(workerData as DevServicesWorkerOptions)
  parentPort?.once('message', () => void stop().finally(() => parentPort?.close()))
  reply({
    places: {
      smtpUrl,
      stripe,
      mailbox: mailbox && { url: mailbox.url, smtpUrl: mailbox.smtpUrl },
      sandbox: sandbox && { url: sandbox.url },
    },
  })
} catch (error) {
  const line = error instanceof Error && !(error instanceof UserFacingError) ? error.stack : undefined
  reply({ failure: line ?? (error instanceof Error ? error.message : String(error)) })
}
