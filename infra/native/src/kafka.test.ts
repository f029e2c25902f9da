// The cluster id of Kafka is valid on its command line for every folder.
import { expect, test } from 'vitest'
import { clusterId } from './kafka.ts'

test('a Kafka cluster id never looks like an option, and is the same for the same folder', () => {
  for (let index = 0; index < 2000; index++) expect(clusterId(`/folder-${index}`)).toMatch(/^[A-Za-f][\w-]{21}$/)
  expect(clusterId('/data')).toBe(clusterId('/data'))
})
