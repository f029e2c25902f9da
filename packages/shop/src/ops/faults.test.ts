// Command `fault`: its values are checked before anything is sent, and production refuses the switch that it needs.
import { readConfig, sharedSpec } from '@cartwright/service-kit'
import { expect, test } from 'vitest'
import { setFault } from './faults.ts'

const nowhere = { gateway: 'http://127.0.0.1:1', services: {} }

test.each([
  ['no-such-fault', '1', 'is not a fault'],
  ['payment-failures', '101', 'takes percent'],
  ['failing-mails', 'sometimes', 'takes on, refused or off'],
  ['slow-events', '-5', 'takes milliseconds'],
  ['poison-event', 'nonsense', 'takes an event type'],
])('the fault %s refuses %s', async (name, value, message) => {
  await expect(setFault(nowhere, name, value)).rejects.toThrow(message)
})

test('a fault of a stand-in that the shop does not use is refused', async () => {
  await expect(setFault(nowhere, 'payment-failures', '50')).rejects.toThrow('does not use the Stripe sandbox')
})

test('production refuses to start with fault flags', () => {
  const { faultFlags } = sharedSpec
  expect(() => readConfig('order', '\0', { faultFlags }, { NODE_ENV: 'production', FAULT_FLAGS: 'true' })).toThrow(
    'FAULT_FLAGS is for development only',
  )
})
