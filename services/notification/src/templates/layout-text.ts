// The plain form of a mail. A code comes first, so that a preview and a program find it at once.
import type { MailContent, Part, Reader } from './content.ts'

const width = 64

const columns = (left: string, right: string): string => {
  if (right === '') return left
  const gap = width - left.length - right.length
  return gap >= 2 ? left + ' '.repeat(gap) + right : `${left}\n${right.padStart(width)}`
}

const goods = (part: Extract<Part, { kind: 'goods' }>): string => {
  const lines = part.lines.flatMap(({ name, detail, amount }) => [columns(name, amount ?? ''), `  ${detail}`])
  if (part.sums.length === 0) return lines.join('\n')
  return [...lines, '-'.repeat(width), ...part.sums.map(([name, amount]) => columns(name, amount))].join('\n')
}

const textOf = (part: Part): string => {
  if (part.kind === 'text' || part.kind === 'note') return part.text
  if (part.kind === 'link') return `${part.label}:\n${part.url}`
  if (part.kind === 'facts') return part.facts.map(([name, value]) => `${name}: ${value}`).join('\n')
  return part.kind === 'goods' ? goods(part) : `Your code: ${part.code}`
}

/** The whole mail as text. */
export const textMail = ({ title, parts }: MailContent, reader: Reader): string => {
  const codes = parts.filter((part) => part.kind === 'code')
  const others = parts.filter((part) => part.kind !== 'code')
  const greeting = reader.name ? [`Hello ${reader.name},`] : []
  return [...codes.map(textOf), title, ...greeting, ...others.map(textOf), `-- \nCartwright, ${reader.publicUrl}`].join('\n\n')
}
