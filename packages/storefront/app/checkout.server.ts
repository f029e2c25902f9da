// What the steps of the checkout share: the cart, and the way back when a step is not yet possible.
import type { Cart } from '@cartwright/sdk'
import { redirect } from 'react-router'
import type { Visit } from './context.ts'
import { orAnswer } from './failures.server.ts'
import { pathIn } from './locales.ts'

/** The visitor's cart. @throws a redirect to the cart's page when there is nothing to check out */
export const cartToCheckOut = async ({ client, session, locale }: Visit): Promise<Cart> => {
  const cart = session.tokens ? await orAnswer(client.cart.get()) : null
  if (!cart || cart.lines.length === 0) throw redirect(pathIn(locale, '/cart'))
  return cart
}

/** The address that was entered. @throws a redirect to its step when there is none */
export const draftOf = ({ session, locale }: Visit) => {
  if (!session.draft) throw redirect(pathIn(locale, '/checkout/address'))
  return session.draft
}
