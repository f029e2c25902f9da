// Search condition for mails: recipient, template, order number or order id.
import type { Prisma } from '../../db/generated/client.ts'

/** Escapes the wildcards of LIKE. */
const literal = (text: string): string => text.replace(/[\\%_]/g, (sign) => `\\${sign}`)

/** Stored forms of an order number's beginning: `7k3m9` and `cw 7K3M-9` become `CW-7K3M-9`. */
const numberPrefixes = (text: string): string[] => {
  const signs = text.replace(/[ -]/g, '').toUpperCase()
  if (!/^[A-Z0-9]{1,10}$/.test(signs)) return []
  const bodies = [signs, ...(signs.startsWith('CW') ? [signs.slice(2)] : [])].filter((body) => body.length <= 8)
  return bodies.map((body) => `CW-${body.slice(0, 4)}${body.length > 4 ? `-${body.slice(4)}` : ''}`)
}

/** Condition for a search text. Addresses are stored in lower case. */
export const mentions = (q: string): Prisma.MessageWhereInput => {
  const text = q.trim().normalize('NFC')
  const lower = text.toLowerCase()
  const places: Prisma.MessageWhereInput[] = [
    { recipient: { contains: literal(lower) } },
    { recipientName: { contains: literal(text) } },
  ]
  // ASCII columns refuse a comparison with other characters.
  if (/^[\x20-\x7e]+$/.test(text)) {
    places.push({ template: { contains: literal(lower) } }, { orderId: lower })
    places.push(...numberPrefixes(text).map((prefix) => ({ orderNumber: { startsWith: prefix } })))
  }
  return { OR: places }
}
