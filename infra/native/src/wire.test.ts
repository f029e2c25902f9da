// Readiness probes: a version is read only from a complete answer.
import { expect, test } from 'vitest'
import { readGreeting, readRedisInfo } from './wire.ts'

const greeting = (version: string): Buffer =>
  Buffer.concat([Buffer.from([90, 0, 0, 0, 10]), Buffer.from(`${version}\0rest`, 'latin1')])

test('the greeting of MySQL and of MariaDB contains the version, without the prefix for old replicas', () => {
  expect(readGreeting(greeting('9.7.4'))).toBe('9.7.4')
  expect(readGreeting(greeting('5.5.5-10.11.19-MariaDB'))).toBe('10.11.19-MariaDB')
})

test('an error packet and an incomplete greeting have no version', () => {
  expect(readGreeting(Buffer.from([20, 0, 0, 0, 0xff, 0x10, 0x04]))).toBe(null)
  expect(readGreeting(Buffer.from([90, 0, 0, 0, 10, 0x39]))).toBe(null)
})

test('the answer of a Redis that still loads its data has no version', () => {
  expect(readRedisInfo(Buffer.from('$40\r\n# Server\r\nredis_version:7.0.15\r\n'))).toBe('7.0.15')
  expect(readRedisInfo(Buffer.from('-LOADING Redis is loading the dataset in memory\r\n'))).toBe(null)
})
