// Dependencies that order's handlers receive.
import { createHmac } from 'node:crypto'
import {
  type AdmissionQueue,
  type BaseDeps,
  type CodeMaker,
  codeMaker,
  createEventStreams,
  type EventStreams,
  forService,
  openTaxProvider,
  type TaxProvider,
} from '@cartwright/service-kit'
import type { OpenedMetrics } from '@cartwright/telemetry'
import type { config } from './config.ts'
import type { InvoiceSeller } from './db/json-columns.ts'
import { openPrisma, type PrismaClient } from './db/prisma.ts'
import { createCheckoutQueue } from './domain/checkout-queue.ts'
import { createOrderChangeNotifier, type OrderChangeNotifier } from './domain/long-poll.ts'
import { type Minimums, minimumsIn } from './domain/minimum-charges.ts'
import { type CurrentPriceRules, createCurrentPriceRules } from './domain/price-rules.ts'
import { type TrackingUrlOf, trackingUrlsIn } from './domain/tracking-urls.ts'
import { cacheInvoicePdfs, type InvoicePdfs } from './integrations/invoice-pdfs.ts'
import { metrics as ownMetrics } from './metrics.ts'

interface OrderResources {
  /** Admission queue of checkouts. */
  checkoutQueue: AdmissionQueue
  /** Configured minimum totals by currency. */
  minimums: Minimums
  priceRules: CurrentPriceRules
  /** Addresses of parcels at their carriers. */
  trackingUrlOf: TrackingUrlOf
  /** Says the tax rates of a destination. */
  taxProvider: TaxProvider
  /** Notifies long polls and streams when an order changes. */
  orderChanges: OrderChangeNotifier
  eventStreams: EventStreams
  /** Reads lists for shoppers and operators. */
  prisma: PrismaClient
  /** One-time codes of guest order lookups. */
  codes: CodeMaker
  /** Seller as configured. */
  invoiceSeller: InvoiceSeller
  /** Printed invoices; printing takes a tenth of a second of processor time, so one is printed at a time. */
  invoicePdfs: InvoicePdfs
  counters: Omit<OpenedMetrics<typeof ownMetrics>, 'checkoutsWaiting'>
}

/** Streams that one principal may have open at an instance: a browser opens at most six connections to an origin. */
const streamsPerPrincipal = 5

export type OrderDeps = BaseDeps<typeof config> & OrderResources

export const { route, on, job, scheduled, invariant } = forService<OrderDeps>()

/** Opens the resources that order needs beyond those of service-kit. */
export const openDeps = async (base: BaseDeps<typeof config>): Promise<OrderResources> => {
  const { config: own, shared, db, clock, log, metrics } = base
  const { checkoutsWaiting, ...counters } = metrics.open(ownMetrics)
  return {
    checkoutQueue: createCheckoutQueue(own.checkoutsAtOnce, (count) => checkoutsWaiting.set(count)),
    counters,
    invoiceSeller: {
      name: own.invoiceSellerName ?? shared.shopName,
      address: [...own.invoiceSellerAddress],
      taxId: own.invoiceSellerTaxId,
      email: own.invoiceSellerEmail,
    },
    invoicePdfs: cacheInvoicePdfs(),
    minimums: minimumsIn(own.minimumCharges),
    trackingUrlOf: trackingUrlsIn(own.trackingUrls),
    priceRules: createCurrentPriceRules(db),
    taxProvider: openTaxProvider(own, log),
    orderChanges: createOrderChangeNotifier(db),
    eventStreams: createEventStreams({ clock, metrics, perCaller: streamsPerPrincipal }),
    prisma: openPrisma(db),
    // Derived from the shared secret: codes live for minutes, so a new secret may invalidate them.
    codes: await codeMaker(
      createHmac('sha256', shared.internalAuthSecret).update('order-lookup-codes').digest(),
      own.sealPublicJwk,
    ),
  }
}

/** Ends long polls and streams when the service drains, so that they do not delay its stop. */
export const drainDeps = async ({ orderChanges, eventStreams }: OrderResources): Promise<void> => {
  eventStreams.close()
  orderChanges.close()
}
