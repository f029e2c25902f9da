// Jobs that follow a withdrawal: what can be cancelled is cancelled, and then what was shipped gets a return. Each belongs to its feature.

export interface Withdrawn {
  orderId: string
}

export const withdrawnKinds = {
  /** Cancels an order, or what is left to ship of one that is partly on its way, and hands over to `return` when something was shipped. */
  cancel: 'cancel-withdrawn-order',
  /** Opens an approved return for the shipped goods that have not come back. */
  return: 'return-withdrawn-goods',
} as const
