// Device descriptions: recognisable for the owner, and free of characters that a client could inject.
import { describe, expect, test } from 'vitest'
import { clientOf, networkOf } from './client.ts'

describe('a client description', () => {
  test.each([
    [
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0',
      'Edge on Windows',
    ],
    [
      'Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36',
      'Chrome on Android',
    ],
    [
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15',
      'Safari on macOS',
    ],
    ['curl/8.5.0', 'curl/8.5.0'],
    ['node', 'node'],
    ['<script>alert(1)</script> x', '<script>alert(1)</script>'],
    ['a\r\nb\u0000c', 'abc'],
    ['x'.repeat(500), 'x'.repeat(80)],
    ['\u{1f600}', null],
    ['', null],
    [undefined, null],
  ])('%s', (userAgent, expected) => {
    expect(clientOf(userAgent)).toBe(expected)
  })
})

describe('a network', () => {
  test.each([
    ['203.0.113.77', '203.0.113.0/24'],
    ['::ffff:203.0.113.77', '203.0.113.0/24'],
    ['2001:db8:abcd:12::1', '2001:db8:abcd::/48'],
    ['2001:0DB8:0001:2:3:4:5:6', '2001:db8:1::/48'],
    ['::1', '0:0:0::/48'],
    ['fe80::1%eth0', 'fe80:0:0::/48'],
    ['not an address', null],
  ])('of %s', (address, expected) => {
    expect(networkOf(address)).toBe(expected)
  })
})
