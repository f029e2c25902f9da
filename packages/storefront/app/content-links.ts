// Pages of text in the order in which the footer links them. Their texts are in `content/`.

export const contentLinks = ['shipping', 'returns', 'terms', 'privacy', 'imprint'] as const
