// Due events of an order's stream: whatever a client has seen, it gets what it lacks, and the newest state of both kinds is never missed.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dueEvents, eventIds, type Sent } from './decide.ts'

const nothing: Sent = { id: null, payment: null }

test.each([
  ['knows nothing', nothing, { order: true, payment: true }],
  ['has seen the order only', { id: 6, payment: null }, { order: false, payment: true }],
  ['has seen both', { id: 7, payment: null }, { order: false, payment: false }],
  ['has seen an older version', { id: 5, payment: null }, { order: true, payment: true }],
  ['has this payment already, with an older order', { id: 5, payment: 'open' }, { order: true, payment: false }],
  ['names an id that was never given', { id: 99, payment: null }, { order: true, payment: true }],
])('a client that %s gets what it lacks', (_, sent, due) => {
  expect(dueEvents(sent, 3, 'open')).toEqual(due)
})

/** Versions of an order, each with its payment, and whether the connection is cut before the order, before the payment, or not at all. */
const steps = fc.array(
  fc.record({ payment: fc.constantFrom('preparing', 'open', 'paid'), cut: fc.constantFrom(null, 'order', 'payment') }),
  { minLength: 1, maxLength: 20 },
)

test('however often the connection is cut, a client that resumes ends with the newest order and payment, by ids that grow', () => {
  fc.assert(
    fc.property(steps, (changes) => {
      const client = { id: null as number | null, order: 0, payment: '' }
      let sent: Sent = nothing
      const receive = (id: number, set: () => void) => {
        expect(id).toBeGreaterThan(client.id ?? -1)
        client.id = id
        set()
      }
      const read = (version: number, payment: string, cut: 'order' | 'payment' | null) => {
        const ids = eventIds(version)
        const due = dueEvents(sent, version, payment)
        if (cut === 'order') sent = { id: client.id, payment: null }
        else {
          if (due.order) receive(ids.order, () => Object.assign(client, { order: version }))
          if (cut === 'payment') sent = { id: client.id, payment: null }
          else {
            if (due.payment) receive(ids.payment, () => Object.assign(client, { payment }))
            sent = { id: client.id, payment }
          }
        }
      }
      for (const [index, { payment, cut }] of changes.entries()) read(index + 1, payment, cut)
      const last = changes.at(-1)
      read(changes.length, last?.payment ?? '', null)
      expect([client.order, client.payment]).toEqual([changes.length, last?.payment])
    }),
  )
})
