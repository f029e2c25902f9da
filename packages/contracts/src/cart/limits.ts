// Limits of a cart. They keep sums exact and a cart payable on one hosted page.

/** The most of one SKU in a cart. */
export const lineLimit = 999
/** The most lines a shopper may add to a cart. */
export const cartLimit = 100
/** The most promotion codes of a cart. */
export const codeLimit = 5
