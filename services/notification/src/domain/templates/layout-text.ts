// Text layout of mails. A code comes first, so that previews and programs find it.
import type { Localized, MailContent, Part } from './content.ts'

const width = 64

const columns = (left: string, right: string): string => {
  if (right === '') return left
  const gap = width - left.length - right.length
  return gap >= 2 ? left + ' '.repeat(gap) + right : `${left}\n${right.padStart(width)}`
}

const goods = (part: Extract<Part, { kind: 'goods' }>): string => {
  const lines = part.lines.flatMap(({ name, detail, amount }) => [columns(name, amount ?? ''), `  ${detail}`])
  if (part.sums.length === 0) return lines.join('\n')
  const rule = lines.length === 0 ? [] : ['-'.repeat(width)]
  return [...lines, ...rule, ...part.sums.map(({ label, amount }) => columns(label, amount))].join('\n')
}

const textOf = (part: Part, { say }: Localized): string => {
  if (part.kind === 'text' || part.kind === 'note') return part.text
  if (part.kind === 'link') return `${part.label}:\n${part.url}`
  if (part.kind === 'facts') return part.facts.map(([name, value]) => `${name}: ${value}`).join('\n')
  return part.kind === 'goods' ? goods(part) : say('common.yourCode', { code: part.code })
}

/** The whole mail as text. */
export const textMail = ({ title, parts }: MailContent, reader: Localized): string => {
  const codes = parts.filter((part) => part.kind === 'code')
  const others = parts.filter((part) => part.kind !== 'code')
  const greeting = reader.name ? [reader.say('common.greeting', { name: reader.name })] : []
  const written = (some: readonly Part[]) => some.map((part) => textOf(part, reader))
  return [...written(codes), title, ...greeting, ...written(others), `-- \n${reader.shopName}, ${reader.publicUrl}`].join('\n\n')
}
