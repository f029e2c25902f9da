// Order's table of contents.
import { fileURLToPath } from 'node:url'
import { periodic } from '@cartwright/messaging'
import { defineService } from '@cartwright/service-kit'
import { adminCancelOrder, cancelOrder } from './cancel-order/routes.ts'
import { checkoutSaga } from './checkout-saga/effects.ts'
import { paymentNews, sagaHandlers } from './checkout-saga/handlers.ts'
import { config } from './config.ts'
import { type OrderDeps, type OrderOwn, openDeps } from './deps.ts'
import { eraseCustomer } from './erase-customer/erase.ts'
import { eraseOrders, findEnded } from './erase-customer/job.ts'
import { onAccountClosed } from './erase-customer/on-account-closed.ts'
import { compensateSaga, getSaga, retrySaga } from './inspect-saga/routes.ts'
import { dropOldCodes } from './look-up-order/codes.ts'
import { sendLookupCode } from './look-up-order/job.ts'
import { lookupOrder, verifyLookup } from './look-up-order/routes.ts'
import { orderIssues } from './open-issues.ts'
import { placeOrder } from './place-order/route.ts'
import { dropOldHolders } from './place-order/unpaid.ts'
import { adminGetOrder, adminListOrders, getOrder, internalOrder, listOrders } from './read-orders/routes.ts'
import { getPayment } from './read-payment/route.ts'
import { refundOrder } from './refund-order/route.ts'
import { cancelReturn, readReturn } from './return-page/routes.ts'
import { deliverOrder, shipOrder } from './ship-order/routes.ts'
import { oneOrder, orderHistory, orderMoney, orderSaga } from './watch-invariants/invariants.ts'

export const orderService = defineService<typeof config, OrderOwn>({
  name: 'order',
  prefix: 'ORDER_',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  deps: openDeps,
  routes: [
    placeOrder,
    getPayment,
    listOrders,
    getOrder,
    cancelOrder,
    readReturn,
    cancelReturn,
    lookupOrder,
    verifyLookup,
    adminListOrders,
    adminGetOrder,
    internalOrder,
    shipOrder,
    deliverOrder,
    adminCancelOrder,
    refundOrder,
    getSaga,
    retrySaga,
    compensateSaga,
  ],
  parksBehindDeadLetters: true,
  independentKeys: true,
  consumers: [...sagaHandlers, ...paymentNews, onAccountClosed],
  sagas: [checkoutSaga],
  jobs: [sendLookupCode, eraseOrders],
  periodics: [
    findEnded,
    periodic({ name: 'order-lookup-cleanup', everySec: 3600, run: dropOldCodes }),
    periodic({ name: 'order-unpaid-cleanup', everySec: 3600, run: dropOldHolders }),
  ],
  erase: eraseCustomer,
  issues: orderIssues,
  invariants: [orderMoney, oneOrder, orderHistory, orderSaga],
  // Long polls end when the service drains, or they would hold its stop up.
  http: async (app, deps: OrderDeps) => {
    app.addHook('preClose', async () => deps.waiters.close())
  },
})
