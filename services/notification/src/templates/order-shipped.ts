// Says that a parcel is on its way: what is in it and how to follow it. An order may need several.
import { template, text } from './content.ts'
import { countedGoods, orderLink } from './order-parts.ts'

interface Shipped {
  number: string
  carrier: string
  trackingNumber: string
  lines: { sku: string; name: string; quantity: number }[]
}

export const orderShipped = template<Shipped>(({ number, carrier, trackingNumber, lines }, reader) => ({
  subject: `Order ${number} is on its way`,
  preview: `${carrier} has your parcel, tracking number ${trackingNumber}.`,
  title: 'Your parcel is on its way',
  parts: [
    text(`We handed your parcel to ${carrier}. With the tracking number you can follow it there.`),
    {
      kind: 'facts',
      facts: [
        ['Order number', number],
        ['Carrier', carrier],
        ['Tracking number', trackingNumber],
      ],
    },
    text('In this parcel:'),
    countedGoods(lines),
    ...orderLink('See your order', reader),
  ],
}))
