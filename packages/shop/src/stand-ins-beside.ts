// The stand-ins in a thread of their own: what only plays the mail server and Stripe must not take the shop's time.
import { Worker } from 'node:worker_threads'
import { ForPeople } from './for-people.ts'
import type { StandInOptions, StandIns } from './stand-ins.ts'

/** Where the stand-ins are; how they work is their thread's business. */
export interface StandInPlaces extends Pick<StandIns, 'smtpUrl' | 'stripe' | 'stop'> {
  /** Null where mails go to a server of the caller's. */
  mailbox: { url: string; smtpUrl: string } | null
  /** Null where a key of Stripe's own is given. */
  sandbox: { url: string } | null
}

/** What the thread says: that it is ready, or why not. Then nothing until it is asked to stop. */
export type FirstWord = { places: Omit<StandInPlaces, 'stop'> } | { failure: string }

export type BesideOptions = Omit<StandInOptions, 'clock'>

/** @throws ForPeople when a stand-in cannot be started */
export const openStandInsBeside = async (options: BesideOptions): Promise<StandInPlaces> => {
  // Without a limit the thread keeps room for garbage that it never makes.
  const thread = new Worker(new URL('./stand-ins-thread.ts', import.meta.url), {
    workerData: options,
    resourceLimits: { maxYoungGenerationSizeMb: 8 },
  })
  const ended = new Promise<void>((resolve) => thread.once('exit', () => resolve()))
  const word = await new Promise<FirstWord>((resolve, reject) => {
    // Under `node --watch` the thread also sends the names of files that it imports.
    thread.on('message', (message: object) => {
      if ('places' in message || 'failure' in message) resolve(message as FirstWord)
    })
    thread.once('error', reject)
  })
  if ('failure' in word) {
    await ended
    throw new ForPeople(word.failure)
  }
  return {
    ...word.places,
    stop: async () => {
      thread.postMessage('stop')
      await ended
    },
  }
}
