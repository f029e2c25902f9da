// Decides whether a cart can choose a shipping option. Pure.
import { AppError } from '@cartwright/contracts'
import type { PricedCart } from '@cartwright/pricing'

/** @param priced the cart at the destination, with the option @throws AppError validation_failed unless the option is offered */
export const assertOffered = (optionId: string, { shipping }: PricedCart): void => {
  if (shipping.offers.some(({ id }) => id === optionId)) return
  const offered = shipping.offers.map(({ id }) => id)
  throw new AppError('validation_failed', {
    detail: 'this shipping option is not offered to the cart at this destination',
    extra: {
      in: 'body',
      errors: [
        {
          path: '/shippingOptionId',
          message: offered.length === 0 ? 'must be left out: no option is offered' : `must be one of ${offered.join(', ')}`,
        },
      ],
    },
  })
}
