// What the in-process transport guarantees: the conformance suite, and that a record is settled when every group has handled it.
import { eventually } from '@cartwright/testing'
import { describe, expect, test } from 'vitest'
import type { WireRecord } from './cloud-event.ts'
import { conformance } from './conformance.fixture.ts'
import { memoryTransport } from './memory.ts'

const record = (key: string): WireRecord => ({ topic: 't', key, value: '{}', headers: {} })

describe('memory transport', () => {
  conformance(async () => memoryTransport())

  test('a record is settled when the last group has handled it', async () => {
    const transport = memoryTransport()
    const gate = Promise.withResolvers<void>()
    let settled = 0
    await transport.subscribe({ group: 'fast', topics: ['t'], deliver: async () => undefined })
    await transport.subscribe({ group: 'slow', topics: ['t'], deliver: () => gate.promise })
    await transport.send([record('a')], () => (settled += 1))
    await eventually('the fast group is through', () => transport.busy())
    expect(settled).toBe(0)
    gate.resolve()
    await eventually('it is settled', () => settled === 1)
    expect(transport.busy()).toBe(false)
    await transport.close()
  })

  test('a record without readers is settled at once', async () => {
    const transport = memoryTransport()
    let settled = 0
    await transport.send([record('a')], () => (settled += 1))
    expect(settled).toBe(1)
  })

  test('records sent before a known group has subscribed wait for it', async () => {
    const transport = memoryTransport({ groups: { late: ['t'] } })
    const got: string[] = []
    let settled = 0
    await transport.send([record('a'), record('b')], () => (settled += 1))
    expect([settled, transport.busy()]).toEqual([0, false])
    await transport.subscribe({ group: 'late', topics: ['t'], deliver: async ({ key }) => void got.push(key) })
    await eventually('they arrive', () => settled === 2)
    expect(got.sort()).toEqual(['a', 'b'])
    await transport.close()
  })

  test('a group may have one subscriber', async () => {
    const transport = memoryTransport()
    const subscription = { group: 'g', topics: ['t'], deliver: async () => undefined }
    await transport.subscribe(subscription)
    await expect(transport.subscribe(subscription)).rejects.toThrow('has a subscriber already')
    await transport.close()
    await expect(transport.send([record('a')], () => undefined)).rejects.toThrow('closed')
  })
})
