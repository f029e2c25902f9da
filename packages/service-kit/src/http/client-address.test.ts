// Client addresses: the gateway's word counts, and an IPv6 client is one network however its address is written.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { clientAddressOf, networkOf } from './client-address.ts'

test.each([
  ['the connection without a gateway', undefined, '10.0.0.9'],
  ['the gateway’s entry', '203.0.113.7', '203.0.113.7'],
  ['the last entry, whatever the client claimed before it', '1.1.1.1, 203.0.113.7', '203.0.113.7'],
  ['the connection when the header is empty', '', '10.0.0.9'],
])('the address is %s', (_, forwarded, address) => {
  expect(clientAddressOf({ ip: '10.0.0.9', headers: { 'x-forwarded-for': forwarded } })).toBe(address)
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::FFFF:cb00:7107', '203.0.113.7'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:0DB8:0000:0000:ffff:ffff:ffff:ffff', '2001:db8:0:0::/64'],
  ['2001:db8:0:1::1', '2001:db8:0:1::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['nonsense', 'nonsense'],
])('%s counts as %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('two addresses are one network exactly when their first four groups are equal', () => {
  const part = fc.array(fc.integer({ min: 0, max: 0xfffe }), { minLength: 4, maxLength: 4 })
  const written = (groups: number[]) => groups.map((group) => group.toString(16).padStart(4, '0')).join(':')
  fc.assert(
    fc.property(part, part, part, (network, one, other) => {
      expect(networkOf(written([...network, ...one]))).toBe(networkOf(written([...network, ...other]).toUpperCase()))
      const same = network.every((group, index) => group === other[index])
      expect(networkOf(written([...network, ...one])) === networkOf(written([...other, ...one]))).toBe(same)
    }),
  )
})
