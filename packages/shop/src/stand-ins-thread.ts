// What runs in the thread of the stand-ins: opens them, says where they are, and closes them when asked.
import { parentPort, workerData } from 'node:worker_threads'
import { ForPeople } from './for-people.ts'
import { openStandIns } from './stand-ins.ts'
import type { BesideOptions, FirstWord } from './stand-ins-beside.ts'

const say = (word: FirstWord): void => parentPort?.postMessage(word)

try {
  const { smtpUrl, stripe, mailbox, sandbox, stop } = await openStandIns(workerData as BesideOptions)
  parentPort?.once('message', () => void stop().finally(() => parentPort?.close()))
  say({
    places: {
      smtpUrl,
      stripe,
      mailbox: mailbox && { url: mailbox.url, smtpUrl: mailbox.smtpUrl },
      sandbox: sandbox && { url: sandbox.url },
    },
  })
} catch (error) {
  const line = error instanceof Error && !(error instanceof ForPeople) ? error.stack : undefined
  say({ failure: line ?? (error instanceof Error ? error.message : String(error)) })
}
