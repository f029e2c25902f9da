// Service definition of order: routes, consumers, sagas, jobs, schedules and invariants.
import { fileURLToPath } from 'node:url'
import { defineService, eventStreamMetrics } from '@cartwright/service-kit'
import { config } from './config.ts'
import { drainDeps, openDeps } from './deps.ts'
import { checkoutSaga } from './domain/checkout-saga/effects.ts'
import { checkoutHandlers } from './domain/checkout-saga/handlers.ts'
import { onAttemptDeclined } from './features/apply-payment-updates/on-attempt-declined.ts'
import { onDisputeClosed } from './features/apply-payment-updates/on-dispute-closed.ts'
import { onDisputeOpened } from './features/apply-payment-updates/on-dispute-opened.ts'
import { onRefundFailed } from './features/apply-payment-updates/on-refund-failed.ts'
import { onRefundSucceeded } from './features/apply-payment-updates/on-refund-succeeded.ts'
import { adminCancelOrder, cancelOrder } from './features/cancel-order/routes.ts'
import { cancelWithdrawn } from './features/cancel-order/withdrawn-job.ts'
import { eraseCustomer } from './features/erase-customer/erase.ts'
import { eraseOrders, findEnded } from './features/erase-customer/job.ts'
import { onAccountClosed } from './features/erase-customer/on-account-closed.ts'
import { compensateSaga, getSaga, retrySaga } from './features/inspect-saga/routes.ts'
import { issueInvoices } from './features/issue-invoice/schedule.ts'
import { sendLookupCode } from './features/look-up-guest-order/job.ts'
import { lookupOrder, verifyLookup } from './features/look-up-guest-order/routes.ts'
import { deleteOldCodes } from './features/look-up-guest-order/schedule.ts'
import { placeOrder } from './features/place-order/route.ts'
import { deleteOldHolders } from './features/place-order/schedule.ts'
import { onPriceRulesChanged } from './features/project-price-rules/on-price-rules-changed.ts'
import {
  adminGetInvoice,
  adminListInvoices,
  getCreditNotePdf,
  getInvoicePdf,
  listInvoices,
} from './features/read-invoices/routes.ts'
import { adminGetOrder, adminListOrders, getOrder, internalOrder, listOrders } from './features/read-orders/routes.ts'
import { getPayment } from './features/read-payment/route.ts'
import { internalPromotionFacts } from './features/read-promotion-facts/route.ts'
import { listPromotionUses } from './features/read-promotion-uses/route.ts'
import { refundOrder } from './features/refund-order/route.ts'
import {
  adminListReturns,
  approveReturn,
  receiveReturn,
  refundReturn,
  rejectReturn,
} from './features/return-goods/operator-routes.ts'
import { listReturns, requestReturn } from './features/return-goods/shopper-routes.ts'
import { returnWithdrawn } from './features/return-goods/withdrawn-job.ts'
import { deliverOrder, shipOrder } from './features/ship-order/routes.ts'
import { cancelReturn, readReturn } from './features/show-return-page/routes.ts'
import { streamOrder } from './features/stream-order/route.ts'
import { sendWithdrawalCode } from './features/withdraw-order/job.ts'
import { adminListWithdrawals, handleWithdrawal } from './features/withdraw-order/operator-routes.ts'
import { confirmWithdrawal, requestWithdrawal } from './features/withdraw-order/routes.ts'
import { afterSale } from './invariants/after-sale.ts'
import { oneOrder, orderHistory, orderMoney, orderSaga } from './invariants/invariants.ts'
import { invoiceNumbers } from './invariants/invoices.ts'
import { orderIssues } from './invariants/open-issues.ts'
import { orderPrices } from './invariants/prices.ts'
import { promotionUses } from './invariants/promotion-uses.ts'
import { metrics } from './metrics.ts'

export const orderService = defineService({
  name: 'order',
  config,
  migrations: fileURLToPath(new URL('../prisma/migrations', import.meta.url)),
  appendOnlyTables: ['withdrawal'],
  deps: openDeps,
  drain: drainDeps,
  routes: [
    placeOrder,
    getPayment,
    listOrders,
    getOrder,
    streamOrder,
    cancelOrder,
    readReturn,
    cancelReturn,
    lookupOrder,
    verifyLookup,
    adminListOrders,
    adminGetOrder,
    internalOrder,
    internalPromotionFacts,
    shipOrder,
    deliverOrder,
    adminCancelOrder,
    refundOrder,
    getSaga,
    retrySaga,
    compensateSaga,
    getInvoicePdf,
    listInvoices,
    getCreditNotePdf,
    adminListInvoices,
    adminGetInvoice,
    requestReturn,
    listReturns,
    adminListReturns,
    approveReturn,
    rejectReturn,
    receiveReturn,
    refundReturn,
    requestWithdrawal,
    confirmWithdrawal,
    adminListWithdrawals,
    handleWithdrawal,
    listPromotionUses,
  ],
  blockAggregateOnDeadLetter: true,
  parallelKeys: true,
  consumers: [
    ...checkoutHandlers,
    onAttemptDeclined,
    onDisputeOpened,
    onDisputeClosed,
    onRefundSucceeded,
    onRefundFailed,
    onAccountClosed,
    onPriceRulesChanged,
  ],
  sagas: [checkoutSaga],
  jobs: [sendLookupCode, sendWithdrawalCode, cancelWithdrawn, returnWithdrawn, eraseOrders],
  metrics: { ...metrics, ...eventStreamMetrics },
  schedules: [issueInvoices, findEnded, deleteOldCodes, deleteOldHolders],
  erase: eraseCustomer,
  issues: orderIssues,
  invariants: [orderMoney, oneOrder, orderHistory, orderSaga, orderPrices, afterSale, promotionUses, invoiceNumbers],
})
