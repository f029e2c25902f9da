// Runs the dev services in a worker thread, so that they take no time from the services' event loop.
import { Worker } from 'node:worker_threads'
import type { DevServices, DevServicesOptions } from './dev-services.ts'
import { UserFacingError } from './user-facing-error.ts'

/** Addresses of the dev services that run in the worker thread. */
export interface DevServicesAddresses extends Pick<DevServices, 'smtpUrl' | 'stripe' | 'stop'> {
  /** Null when SMTP_URL names a mail server. */
  mailbox: { url: string; smtpUrl: string } | null
  /** Null when STRIPE_SECRET_KEY is a key of the real Stripe. */
  sandbox: { url: string } | null
}

/** First message of the thread: its addresses, or why it cannot start. */
export type WorkerReply = { places: Omit<DevServicesAddresses, 'stop'> } | { failure: string }

export type DevServicesWorkerOptions = Omit<DevServicesOptions, 'clock'>

/** Starts the worker thread. @throws UserFacingError when a dev service cannot be started */
export const openDevServicesWorker = async (options: DevServicesWorkerOptions): Promise<DevServicesAddresses> => {
  // Limits the young generation: the thread allocates little, and the default reserves far more memory.
  const thread = new Worker(new URL('./dev-services-thread.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const word = await new Promise<WorkerReply>((resolve, reject) => {
    // Under `node --watch` the thread also sends the names of files that it imports.
    thread.on('message', (message: object) => {
      if ('places' in message || 'failure' in message) resolve(message as WorkerReply)
    })
    thread.once('error', reject)
  })
  if ('failure' in word) {
    await ended
    throw new UserFacingError(word.failure)
  }
  return {
    ...word.places,
    stop: async () => {
      thread.postMessage('stop')
      await ended
    },
  }
}
