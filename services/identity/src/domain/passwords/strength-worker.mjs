// zxcvbn worker with the common and English dictionaries. Plain JavaScript, for the reason in bcrypt-worker.mjs.
import { parentPort } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'

// With more substitutions one password can take seconds.
const estimator = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs, l33tMaxSubstitutions: 20 })

parentPort?.on('message', ({ password, context }) => {
  parentPort?.postMessage(estimator.check(password, context).score)
})
