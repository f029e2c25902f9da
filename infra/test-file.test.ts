// Engines that one test file needs.
import { expect, test } from 'vitest'
import { enginesOf } from './test-file.ts'

test.each([
  ['services/order/src/domain/order.test.ts', '', []],
  ['services/order/src/features/place-order/route.int.test.ts', '', ['mysql']],
  ['services/cart/src/integrations/cart-cache.int.test.ts', 'process.env.TEST_REDIS_URL', ['mysql', 'redis']],
  ['services/catalog/src/integrations/bulk-write.int.test.ts', 'process.env.TEST_ELASTICSEARCH_URL', ['mysql', 'elasticsearch']],
  ['packages/messaging/src/inbox/consumer.kafka.test.ts', '', ['mysql', 'kafka']],
  ['packages/chaos/src/chaos.kafka.test.ts', '', ['mysql', 'kafka', 'redis', 'elasticsearch']],
] as const)('%s gets the engines that it asks for', (path, text, engines) => {
  expect(enginesOf(path, text)).toEqual(engines)
})
