// Runs zxcvbn with its common and English dictionaries. Plain JavaScript, as the other worker.
import { parentPort } from 'node:worker_threads'
import { ZxcvbnFactory } from '@zxcvbn-ts/core'
import { adjacencyGraphs, dictionary as common } from '@zxcvbn-ts/language-common'
import { dictionary as english } from '@zxcvbn-ts/language-en'

// With more substitutions one password could take seconds.
const estimator = new ZxcvbnFactory({ dictionary: { ...common, ...english }, graphs: adjacencyGraphs, l33tMaxSubstitutions: 20 })

parentPort?.on('message', ({ password, context }) => {
  parentPort?.postMessage(estimator.check(password, context).score)
})
