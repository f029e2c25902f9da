// Jobs that follow a withdrawal: what can be cancelled is cancelled, and then what was shipped gets a return. Each belongs to its feature.

export interface Withdrawn {
  orderId: string
}

export const withdrawnKinds = {
  /** Cancels an order of which nothing is on its way; else hands over to `return`. */
  cancel: 'cancel-withdrawn-order',
  /** Opens an approved return for the shipped goods that have not come back. */
  return: 'return-withdrawn-goods',
} as const
