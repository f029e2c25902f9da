// Mail template: a parcel was shipped, its lines and its tracking number.
import type { PriceDetails, Totals } from '@cartwright/contracts'
import { link, template, text } from './content.ts'
import { countedGoods, orderLink, priceOf } from './order-parts.ts'

interface Shipped extends PriceDetails {
  number: string
  carrier: string
  trackingNumber: string
  /** Absent for unknown carriers. */
  trackingUrl?: string
  lines: { sku: string; name: string; quantity: number }[]
  /** Of the whole order. Older events have none. */
  totals?: Totals
}

export const orderShipped = template<Shipped>(
  ({ number, carrier, trackingNumber, trackingUrl, lines, totals, ...details }, reader) => ({
    subject: reader.say('order-shipped.subject', { number }),
    preview: reader.say('order-shipped.preview', { carrier, trackingNumber }),
    title: reader.say('order-shipped.title'),
    parts: [
      text(reader.say('order-shipped.text', { carrier })),
      {
        kind: 'facts',
        facts: [
          [reader.say('common.orderNumber'), number],
          [reader.say('order-shipped.carrier'), carrier],
          [reader.say('order-shipped.trackingNumber'), trackingNumber],
        ],
      },
      ...(trackingUrl ? [link(reader.say('order-shipped.track'), trackingUrl)] : []),
      text(reader.say('order-shipped.inParcel')),
      countedGoods(lines),
      ...(totals ? [text(reader.say('order-shipped.wholeOrder')), priceOf({ totals, ...details }, reader)] : []),
      ...orderLink(reader),
    ],
  }),
)
