// Kafka's cluster id: a value that its command line takes, whatever the folder.
import { expect, test } from 'vitest'
import { clusterId } from './kafka.ts'

test('no folder gives a cluster id that looks like an option, and the same folder gives the same', () => {
  for (let index = 0; index < 2000; index++) expect(clusterId(`/folder-${index}`)).toMatch(/^[A-Za-f][\w-]{21}$/)
  expect(clusterId('/data')).toBe(clusterId('/data'))
})
