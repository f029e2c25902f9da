// HTML layout of mails: tables and inline styles, which mail programs support. It escapes all text.
import { lightColours } from '@cartwright/brand'
import { escapeHtml } from '@cartwright/contracts'
import type { Localized, MailContent, Part } from './content.ts'

const colour = (name: string): string => {
  const found = lightColours.get(name)
  if (found === undefined) throw new Error(`the brand has no colour ${name}`)
  return found
}
const ink = colour('ink')
const muted = colour('muted')
const hairline = colour('line')
const accent = colour('accent')
const paper = colour('paper')
const mist = colour('mist')
const font = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"

/** Only web addresses become links. */
const isWebUrl = (url: string): boolean => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)

const paragraph = (words: string, style = ''): string => `<p style="margin:0 0 16px;${style}">${escapeHtml(words)}</p>`

const pair = (name: string, value: string, last: boolean): string => {
  const border = last ? '' : `border-bottom:1px solid ${hairline};`
  return `<tr><td style="padding:8px 16px 8px 0;${border}color:${muted};vertical-align:top;word-break:break-word">${escapeHtml(name)}</td><td style="padding:8px 0;${border}text-align:right;word-break:break-word">${escapeHtml(value)}</td></tr>`
}

const table = (rows: string): string =>
  `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="margin:0 0 20px;border-collapse:collapse;font-size:15px">${rows}</table>`

const goods = (part: Extract<Part, { kind: 'goods' }>): string => {
  const lines = part.lines.map(
    ({ name, detail, amount }) =>
      `<tr><td style="padding:10px 16px 10px 0;border-bottom:1px solid ${hairline};word-break:break-word">${escapeHtml(name)}<br><span style="color:${muted};font-size:13px">${escapeHtml(detail)}</span></td>` +
      `<td style="padding:10px 0;border-bottom:1px solid ${hairline};text-align:right;white-space:nowrap;vertical-align:top">${escapeHtml(amount ?? '')}</td></tr>`,
  )
  const sums = part.sums.map(({ label, amount, isTotal }) => {
    const style = isTotal ? `padding:10px 0 0;font-weight:600;font-size:16px;color:${ink}` : `padding:6px 0 0;color:${muted}`
    return `<tr><td style="${style};word-break:break-word">${escapeHtml(label)}</td><td style="${style};text-align:right;white-space:nowrap">${escapeHtml(amount)}</td></tr>`
  })
  return table([...lines, ...sums].join(''))
}

const button = (label: string, url: string): string =>
  isWebUrl(url)
    ? `<p style="margin:4px 0 24px"><a href="${escapeHtml(url)}" style="display:inline-block;padding:12px 22px;border-radius:8px;background:${accent};color:#ffffff;font-weight:600;text-decoration:none">${escapeHtml(label)}</a></p>`
    : ''

const htmlOf = (part: Part): string => {
  if (part.kind === 'text') return paragraph(part.text)
  if (part.kind === 'note') return paragraph(part.text, `color:${muted};font-size:13px`)
  if (part.kind === 'link') return button(part.label, part.url)
  if (part.kind === 'goods') return goods(part)
  if (part.kind === 'facts')
    return table(part.facts.map(([name, value], index) => pair(name, value, index === part.facts.length - 1)).join(''))
  return `<p style="margin:8px 0 24px;padding:18px 0;border-radius:8px;background:${mist};text-align:center;font-size:34px;line-height:1;font-weight:700;letter-spacing:8px;font-family:ui-monospace,Menlo,Consolas,monospace">${escapeHtml(part.code)}</p>`
}

const frame = ({ locale, shopName }: Localized, preview: string, body: string, footer: string): string => `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="color-scheme" content="light"><title>${escapeHtml(shopName)}</title></head>
<body style="margin:0;padding:0;background:${mist};${font};font-size:16px;line-height:1.5;color:${ink};overflow-wrap:break-word;word-wrap:break-word;hyphens:auto">
<div style="display:none;max-height:0;overflow:hidden">${escapeHtml(preview)}</div>
<table role="presentation" width="100%" cellpadding="0" cellspacing="0"><tr><td align="center" style="padding:28px 12px">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width:560px">
<tr><td style="padding:0 4px 14px;font-size:18px;font-weight:700;letter-spacing:.2px;color:${accent}">${escapeHtml(shopName)}</td></tr>
<tr><td style="padding:32px 28px 16px;background:${paper};border:1px solid ${hairline};border-radius:12px">${body}</td></tr>
<tr><td style="padding:16px 4px 0;font-size:13px;color:${muted}">${footer}</td></tr>
</table></td></tr></table>
</body></html>
`

/** The whole mail as HTML. */
export const htmlMail = ({ preview, title, parts }: MailContent, reader: Localized): string => {
  const heading = `<h1 style="margin:0 0 16px;font-size:22px;line-height:1.3">${escapeHtml(title)}</h1>`
  const greeting = reader.name ? paragraph(reader.say('common.greeting', { name: reader.name })) : ''
  const home = isWebUrl(reader.publicUrl)
    ? `<a href="${escapeHtml(reader.publicUrl)}" style="color:${muted}">${escapeHtml(new URL(reader.publicUrl).host)}</a>`
    : ''
  const footer = `${escapeHtml(reader.say('common.sentBy', { shop: reader.shopName }))} &middot; ${home}`
  return frame(reader, preview, heading + greeting + parts.map(htmlOf).join('\n'), footer)
}
