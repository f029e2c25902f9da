// Waits for the payment of an order by long polls.
import type { Core } from './core.ts'
import type { PaymentView } from './generated/types.ts'
import type { CallOptions } from './options.ts'
import { sleep } from './retry.ts'

export interface WaitForPaymentOptions extends CallOptions {
  /**
   * `open`: until the payment page can be opened, or never will be; `url` is its address. `settled`, the default: until it is known how
   * paying went, or an operator has to decide (`review`).
   */
  until?: 'open' | 'settled'
}

const waitSec = 20
/** Answers that come at once although nothing changed are asked for no faster than that. */
const leastMs = 1000

const pending: Record<NonNullable<WaitForPaymentOptions['until']>, readonly PaymentView['state'][]> = {
  open: ['preparing'],
  settled: ['preparing', 'open', 'cancelling'],
}

export const waitForPayment = async (
  { request }: Core,
  orderId: string,
  { until = 'settled', ...options }: WaitForPaymentOptions = {},
): Promise<PaymentView> => {
  let known: PaymentView['state'] | undefined
  for (;;) {
    const startedAt = Date.now()
    const query = known === undefined ? {} : { waitSec, known }
    const payment = await request<PaymentView>('getOrderPayment', { params: { orderId }, query }, options)
    if (!pending[until].includes(payment.state)) return payment
    if (known === payment.state) await sleep(Math.max(0, leastMs - (Date.now() - startedAt)), options.signal)
    known = payment.state
  }
}
