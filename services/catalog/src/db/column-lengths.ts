// Lengths of text columns, in characters, that texts are cut to before they are stored or compared.

/** Longest word of `product_word`. Longer words are cut in the index and in the query alike. */
export const wordLength = 64

/** Longest sort key of a name (`product_listing.name_key`). Cursors of lists carry it. */
export const nameKeyLength = 100
