// What a server that renders pages does with the SDK: one client per request, tokens in a cookie of the page's own host.
import { type Client, type Cookies, cookieTokens, createClient } from '@cartwright/sdk'

// region: server
export const shopOf = (baseUrl: string, cookies: Cookies): Client => createClient({ baseUrl, tokens: cookieTokens(cookies) })

/** Number of units in the cart. A visitor without a cookie has none, and does not become a guest for it. */
export const cartSize = async (shop: Client): Promise<number> => {
  if ((await shop.auth.session()) === null) return 0
  const { lines } = await shop.cart.get()
  return lines.reduce((sum, { quantity }) => sum + quantity, 0)
}
// endregion
