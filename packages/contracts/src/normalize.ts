// Normalizers of what people type: one thing has one spelling, decided here and never by the database. Named by the keyword `normalize` of a schema.

/** Turns a spelling into the normal one; null when the text has none and is to be refused. Idempotent. */
type Normalizer = (text: string) => string | null

const maxTyped = 1000
const localPart = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const domainName = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/
const domainText = /^[\p{L}\p{M}\p{N}.-]+$/u

/** The domain in ASCII and lower case. Full-width letters, ligatures and invisible characters have no such form. */
const asciiDomain = (domain: string): string | null => {
  if (!domainText.test(domain)) return null
  const composed = domain.normalize('NFC').toLowerCase().normalize('NFC')
  if (composed !== composed.normalize('NFKC') || !URL.canParse(`http://${composed}`)) return null
  const { hostname } = new URL(`http://${composed}`)
  // A top-level domain of digits is an IP address, which the URL parser would also read in hexadecimal.
  return domainName.test(hostname) && /[a-z][^.]*$/.test(hostname) ? hostname : null
}

/** An e-mail address: an ASCII dot-atom of at most 64 characters, a domain in ASCII or Unicode, at most 254 characters in all. */
const normalizeEmail: Normalizer = (text) => {
  if (text.length > maxTyped) return null
  const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, '')
  const at = trimmed.lastIndexOf('@')
  const local = trimmed.slice(0, at)
  if (at < 1 || at > 64 || !localPart.test(local)) return null
  const domain = asciiDomain(trimmed.slice(at + 1))
  // The local part is ASCII here: lower case of other letters may be ASCII.
  const address = `${local.toLowerCase()}@${domain}`
  return domain === null || address.length > 254 ? null : address
}

/** Blanks around it do not count. Only ASCII is matched: the upper case of other letters may be ASCII. */
const matching =
  (pattern: RegExp, inCase: (text: string) => string): Normalizer =>
  (text) => {
    if (text.length > maxTyped) return null
    const trimmed = text.replace(/^[ \t]+|[ \t]+$/g, '')
    return pattern.test(trimmed) ? inCase(trimmed) : null
  }
/**
 * A promotion code: 3 to 40 ASCII letters, digits, dashes and underscores. Blanks do not count, and full-width letters and the like are
 * read as those they stand for. ASCII is demanded before upper case: ß would become SS.
 */
const normalizePromotionCode: Normalizer = (text) => {
  if (text.length > maxTyped) return null
  const plain = text.normalize('NFKC').replace(/\s/g, '')
  return /^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$/.test(plain) ? plain.toUpperCase() : null
}
const upper = (text: string): string => text.toUpperCase()
const lower = (text: string): string => text.toLowerCase()

/** What the keyword `normalize` may name, with the message for text that has no normal form. */
export const normalizers = {
  email: { normalize: normalizeEmail, message: 'must be an e-mail address that mail can reach' },
  sku: {
    normalize: matching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, upper),
    message: 'must be a SKU: at most 64 ASCII letters, digits, dots, dashes and underscores, beginning with a letter or a digit',
  },
  slug: {
    normalize: matching(/^(?=.{1,120}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/, lower),
    message: 'must be a slug: at most 120 ASCII letters and digits with single dashes between them',
  },
  promotionCode: {
    normalize: normalizePromotionCode,
    message:
      'must be a promotion code: 3 to 40 ASCII letters, digits, dashes and underscores, beginning with a letter or a digit',
  },
  idOrSlug: { normalize: matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,119}$/, lower), message: 'must be an id or a slug' },
} as const satisfies Record<string, { normalize: Normalizer; message: string }>

export type NormalizerName = keyof typeof normalizers
