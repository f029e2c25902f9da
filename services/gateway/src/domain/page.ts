// HTML page with a Content-Security-Policy that allows its own inline style and script by hash, the files of the brand, and nothing from other hosts.
import { createHash } from 'node:crypto'
import { brandLinks, sign } from '@cartwright/brand'
import { escapeHtml } from '@cartwright/contracts'

export interface Page {
  html: string
  locale: string
  /** Content-Security-Policy. */
  policy: string
}

/** The shop that a page belongs to. */
export interface ShownShop {
  name: string
  /** Target of "Back to the shop". */
  url: string
}

interface PageParts {
  shop: ShownShop
  locale: string
  title: string
  /** Trusted HTML: the caller escapes every text in it. */
  body: string
  /** Runs at the end of the page. */
  script?: string
  /** Whether the card is wide. */
  wide?: boolean
  /** Whether the page has a form, which it sends to its own host. */
  form?: boolean
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const style = `
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; padding: 28px 20px; background: var(--mist); color: var(--ink); font: 16.5px/1.55 var(--font) }
main { width: min(540px, 100%); background: var(--paper); border: 1px solid var(--line); border-radius: var(--radius-card); padding: 36px; box-shadow: var(--shadow) }
main.wide { width: min(760px, 100%) }
header { display: flex; align-items: center; gap: 10px; margin: 0 0 22px; color: var(--accent); font-weight: 650; letter-spacing: .01em }
.sign { width: 26px; height: 26px }
h1 { margin: 0 0 8px; font-size: 1.65rem; line-height: 1.22; letter-spacing: -.01em } h2 { margin: 28px 0 8px; font-size: .82rem; letter-spacing: .08em; text-transform: uppercase; color: var(--muted) }
p { margin: 0 0 16px } a { color: var(--accent) } code, pre { font: .86em/1.6 var(--font-code) } .soft { color: var(--muted); font-size: .92rem }
pre { margin: 0; padding: 14px 16px; background: var(--mist); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto }
.links { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none }
.links a { display: block; height: 100%; padding: 14px 16px; border: 1px solid var(--line); border-radius: 11px; text-decoration: none; color: inherit } .links a:hover, .links a:focus-visible { border-color: var(--accent) }
.links b { display: block; color: var(--accent); font-weight: 600 } .links span { color: var(--muted); font-size: .9rem }
.state { display: flex; gap: 16px; align-items: flex-start } .state .dot { flex: none; width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; font-size: 22px; line-height: 1; color: var(--muted); border: 2px solid currentColor }
.dot::before { content: "…" } .good .dot { color: var(--success) } .good .dot::before { content: "✓" } .bad .dot { color: var(--danger) } .bad .dot::before { content: "✕" } .wait .dot { color: var(--warning) } .wait .dot::before { content: "…" }
.actions { display: flex; flex-wrap: wrap; gap: 10px; margin: 22px 0 0 } @media (max-width: 520px) { main { padding: 26px 22px } }
.actions:not(:has(> :not([hidden]))) { display: none }
table { width: 100%; border-collapse: collapse; font-size: .95rem } td { padding: 10px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; font-variant-numeric: tabular-nums } td:last-child { padding-left: 16px; text-align: right; white-space: nowrap; overflow-wrap: normal } td small { display: block; color: var(--muted) } .sum td { border: 0; padding: 4px 0; color: var(--muted) } .total td { font-weight: 650 } .state + .soft, .actions + .soft { margin: 18px 0 0 }
@media (max-width: 420px) { td:last-child { white-space: normal } }
.foot { margin: 26px 0 0; padding: 16px 0 0; border-top: 1px solid var(--line); display: flex; justify-content: space-between; gap: 12px; flex-wrap: wrap } #note:empty { display: none } #note { margin: 14px 0 0; color: var(--danger) }
button, .button { font: inherit; font-weight: 550; padding: 10px 18px; border-radius: var(--radius); border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); text-decoration: none; cursor: pointer }
label { display: block; margin: 0 0 6px; font-weight: 550 } input { width: 100%; font: inherit; padding: 10px 12px; border: 1px solid var(--border); border-radius: var(--radius); background: var(--paper); color: var(--ink) } .field { margin: 0 0 18px } .error { margin: 6px 0 0; color: var(--danger) } input[aria-invalid] { border-color: var(--danger) }
button.quiet { background: transparent; color: var(--accent) } button:disabled { opacity: .5; cursor: default } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px } [hidden] { display: none !important }
`

export const page = ({ shop, locale, title, body, script = '', wide = false, form = false }: PageParts): Page => ({
  locale,
  html: `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title>${brandLinks}<style>${style}</style></head>
<body><main${wide ? ' class="wide"' : ''}><header>${sign}${escapeHtml(shop.name)}</header>${body}</main>${script === '' ? '' : `<script>${script}</script>`}</body>
</html>
`,
  policy: [
    "default-src 'none'",
    `style-src 'self' ${hashOf(style)}`,
    "img-src 'self' data:",
    "font-src 'self'",
    ...(script === '' ? [] : [`script-src ${hashOf(script)}`, "connect-src 'self'"]),
    "base-uri 'none'",
    `form-action ${form ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ].join('; '),
})
