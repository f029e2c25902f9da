// Error codes of a checkout whose goods cannot be shipped as the cart says.
import { Type } from 'typebox'
import { ProblemReason } from './problems.ts'
import { Destination, ShippingOffer } from './shipping.ts'

const shippingOptions = Type.Array(ShippingOffer, { description: 'What is offered to the cart now' })

export const shippingErrors = {
  shipping_required: {
    status: 409,
    title: 'The cart needs a way to be shipped',
    remedy: 'Choose one of `shippingOptions` by `PUT /v1/cart/shipping`, or another destination; `reason` says what is missing.',
    extras: { reason: ProblemReason, shippingOptions },
  },
  shipping_changed: {
    status: 409,
    title: 'The address is not where the cart is shipped to',
    remedy: 'Choose one of `shippingOptions` for the country and region of the address by `PUT /v1/cart/shipping`.',
    extras: { destination: Destination, shippingOptions },
  },
}
