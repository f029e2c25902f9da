// Expected ends of the scripted purchases: written by hand, so that a build that is wrong without any fault is noticed too.
import type { ScriptedPurchase } from './scripted-purchases.ts'

/** Two units at 15.00, of five in stock. */
const paid = { payment_status: 'paid', captured_minor: 3000 }
const bought = {
  order: { status: 'processing', ...paid, fulfilment_status: 'none', refund_status: 'none' },
  history: 'pending → processing',
  stock: { on_hand: 3, reserved: 0 },
  pages: ['complete'],
  charged: [3000],
  refunded: [],
  mails: ['order-confirmed sent'],
  arrived: 1,
  cart: [],
}

export const expectedEnds: Readonly<Record<ScriptedPurchase, object>> = {
  buy: bought,
  leave: {
    ...bought,
    order: { ...bought.order, status: 'cancelled', payment_status: 'cancelled', captured_minor: 0 },
    history: 'pending → cancelled',
    stock: { on_hand: 5, reserved: 0 },
    pages: ['expired'],
    charged: [],
    mails: ['order-cancelled sent'],
    cart: [2],
  },
  'buy-and-cancel': {
    ...bought,
    order: { ...bought.order, status: 'cancelled', refund_status: 'full' },
    history: 'pending → processing → cancelled',
    stock: { on_hand: 5, reserved: 0 },
    refunded: ['3000 succeeded'],
    mails: ['order-cancelled sent', 'order-confirmed sent', 'refund-succeeded sent'],
    arrived: 3,
  },
  'buy-and-ship': {
    ...bought,
    order: { ...bought.order, status: 'shipped', fulfilment_status: 'shipped' },
    history: 'pending → processing → shipped',
    mails: ['order-confirmed sent', 'order-shipped sent'],
    arrived: 2,
  },
  'buy-and-look-up': { ...bought, mails: ['order-confirmed sent', 'order-lookup sent'], arrived: 2 },
  'buy-and-resend': { ...bought, arrived: 2 },
  restock: { level: { on_hand: 8, reserved: 0 }, moves: [5, 3] },
  register: { signingIn: 200, mailsWithoutCode: 1 },
}
