// Client of shoppers: the methods of the contracts, and those that combine calls.
import { type AuthMethods, createAuth } from './auth.ts'
import { createCore } from './core.ts'
import { type ShopMethods, shopCalls, shopMethods } from './generated/shop.ts'
import type { Cart, Order, PaymentView, PlaceOrder, ShopOperations } from './generated/types.ts'
import type { Request } from './operation-types.ts'
import type { CallOptions, ClientOptions, KeyedOptions } from './options.ts'
import { type OrderEvent, type OrderEventsOptions, orderEvents } from './order-events.ts'
import { type WaitForPaymentOptions, waitForPayment } from './wait-for-payment.ts'

/** What a checkout takes: the cart as the shopper saw it, in place of its version and its total. */
export interface Checkout extends Omit<PlaceOrder, 'cartVersion' | 'expectedTotal'> {
  cart: Pick<Cart, 'version' | 'total'>
}

interface OwnMethods {
  auth: AuthMethods
  cart: {
    /** Enters a promotion code, in any case and spacing. */
    addCode(code: string, options?: CallOptions): Promise<Cart>
  }
  checkout: {
    /** Turns the cart into an order. It fails when the cart or its total is no longer what `cart` says. */
    place(checkout: Checkout, options?: KeyedOptions): Promise<Order>
  }
  orders: {
    /** Waits until the payment page can be opened, or until it is known how paying went. */
    waitForPayment(orderId: string, options?: WaitForPaymentOptions): Promise<PaymentView>
    /** Yields the order and its payment now and after each change, until the loop ends or `signal` does. */
    events(orderId: string, options?: OrderEventsOptions): AsyncGenerator<OrderEvent, void>
  }
  /** Makes any call by its operation id, also those without a method. */
  request: Request<ShopOperations>
}

export type Client = ShopMethods & OwnMethods

/** Creates a client of a shop. In a server, create one for each request, so that shoppers do not share tokens. */
export const createClient = (options: ClientOptions): Client => {
  const core = createCore(options, shopCalls)
  const methods = core.bind<ShopMethods>(shopMethods)
  return {
    ...methods,
    auth: { ...methods.auth, ...createAuth(core) },
    cart: { ...methods.cart, addCode: (code, own) => core.request('enterCartCode', { body: { code } }, own) },
    checkout: {
      ...methods.checkout,
      place: ({ cart, ...rest }, own) =>
        core.request('checkout', { body: { cartVersion: cart.version, expectedTotal: cart.total, ...rest } }, own),
    },
    orders: {
      ...methods.orders,
      waitForPayment: (orderId, own) => waitForPayment(core, orderId, own),
      events: (orderId, own) => orderEvents(core, orderId, own),
    },
    request: core.request as Request<ShopOperations>,
  }
}
