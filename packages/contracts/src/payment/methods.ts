// Ways to pay that the hosted payment page offers.

/** Cards only: methods that confirm later need states of a payment of their own first. */
export const paymentMethods = ['card'] as const
export type PaymentMethod = (typeof paymentMethods)[number]
