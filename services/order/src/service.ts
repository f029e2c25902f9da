// Order's table of contents.
import { fileURLToPath } from 'node:url'
import { defineService } from '@cartwright/service-kit'
import { adminCancelOrder, cancelOrder } from './cancel-order/routes.ts'
import { checkoutSaga } from './checkout-saga/effects.ts'
import { paymentNews, sagaHandlers } from './checkout-saga/handlers.ts'
import { config } from './config.ts'
import type { OrderOwn } from './deps.ts'
import { onAccountClosed } from './erase-customer/on-account-closed.ts'
import { getPayment } from './payment-view/route.ts'
import { waiters } from './payment-view/waiters.ts'
import { placeOrder } from './place-order/route.ts'
import { adminGetOrder, adminListOrders, getOrder, getSaga, listOrders } from './read-orders/routes.ts'
import { refundOrder } from './refund-order/route.ts'
import { deliverOrder, shipOrder } from './ship-order/routes.ts'

export const orderService = defineService<typeof config, OrderOwn>({
  name: 'order',
  prefix: 'ORDER_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: async ({ db }) => ({ waiters: waiters(db) }),
  routes: [placeOrder, getPayment, listOrders, getOrder, cancelOrder, adminListOrders, adminGetOrder, shipOrder, deliverOrder, adminCancelOrder, refundOrder, getSaga],
  consumers: [...sagaHandlers, ...paymentNews, onAccountClosed],
  sagas: [checkoutSaga],
  close: async (deps) => deps.waiters.close(),
})
