// HTML page with a Content-Security-Policy that allows its own inline style and script by hash and nothing from other hosts.
import { createHash } from 'node:crypto'
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

/** Logo of the shop: a cart wheel. */
const logo =
  '<svg class="sign" viewBox="0 0 32 32" aria-hidden="true"><circle cx="16" cy="16" r="13" fill="none" stroke="currentColor" stroke-width="3"/><path d="M16 3v26M3 16h26M6.8 6.8l18.4 18.4M25.2 6.8 6.8 25.2" stroke="currentColor" stroke-width="1.6" opacity=".55"/><circle cx="16" cy="16" r="4" fill="currentColor"/></svg>'

const style = `
:root { color-scheme: light dark; --ink: #1d2530; --paper: #f4f1ea; --card: #fffdf9; --soft: #646d7a; --accent: #14655a; --on-accent: #fff; --line: #e3ddd0; --code: #f1ede4; --bad: #a33a2a; --wait: #8a6212 }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e6df; --paper: #14171c; --card: #1c2027; --soft: #9aa3af; --accent: #5cc7b4; --on-accent: #10201d; --line: #303640; --code: #14181e; --bad: #ef8f7f; --wait: #e0b45c } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; grid-template-columns: minmax(0, 1fr); place-items: center; padding: 28px 20px; background: var(--paper); color: var(--ink); font: 16.5px/1.55 ui-sans-serif, system-ui, "Segoe UI", Roboto, sans-serif }
main { width: min(540px, 100%); background: var(--card); border: 1px solid var(--line); border-radius: 16px; padding: 36px; box-shadow: 0 1px 2px rgb(0 0 0 / .04), 0 12px 32px rgb(0 0 0 / .05) }
main.wide { width: min(760px, 100%) }
header { display: flex; align-items: center; gap: 10px; margin: 0 0 22px; color: var(--accent); font-weight: 650; letter-spacing: .01em }
.sign { width: 26px; height: 26px }
h1 { margin: 0 0 8px; font-size: 1.65rem; line-height: 1.22; letter-spacing: -.01em } h2 { margin: 28px 0 8px; font-size: .82rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft) }
p { margin: 0 0 16px } a { color: var(--accent) } code, pre { font: .86em/1.6 ui-monospace, SFMono-Regular, Menlo, monospace } .soft { color: var(--soft); font-size: .92rem }
pre { margin: 0; padding: 14px 16px; background: var(--code); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto }
.links { display: grid; grid-template-columns: repeat(auto-fit, minmax(210px, 1fr)); gap: 12px; margin: 0; padding: 0; list-style: none }
.links a { display: block; height: 100%; padding: 14px 16px; border: 1px solid var(--line); border-radius: 11px; text-decoration: none; color: inherit } .links a:hover, .links a:focus-visible { border-color: var(--accent) }
.links b { display: block; color: var(--accent); font-weight: 600 } .links span { color: var(--soft); font-size: .9rem }
.state { display: flex; gap: 16px; align-items: flex-start } .state .dot { flex: none; width: 44px; height: 44px; border-radius: 50%; display: grid; place-items: center; font-size: 22px; line-height: 1; color: var(--soft); border: 2px solid currentColor }
.dot::before { content: "…" } .good .dot { color: var(--accent) } .good .dot::before { content: "✓" } .bad .dot { color: var(--bad) } .bad .dot::before { content: "✕" } .wait .dot { color: var(--wait) } .wait .dot::before { content: "…" }
.actions { display: flex; flex-wrap: wrap; gap: 10px; margin: 22px 0 0 } @media (max-width: 520px) { main { padding: 26px 22px } }
.actions:not(:has(> :not([hidden]))) { display: none }
table { width: 100%; border-collapse: collapse; font-size: .95rem } td { padding: 10px 0; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere } td:last-child { padding-left: 16px; text-align: right; white-space: nowrap; overflow-wrap: normal } td small { display: block; color: var(--soft) } .sum td { border: 0; padding: 4px 0; color: var(--soft) } .total td { font-weight: 650 } .state + .soft, .actions + .soft { margin: 18px 0 0 }
@media (max-width: 420px) { td:last-child { white-space: normal } }
.foot { margin: 26px 0 0; padding: 16px 0 0; border-top: 1px solid var(--line); display: flex; justify-content: space-between; gap: 12px; flex-wrap: wrap } #note:empty { display: none } #note { margin: 14px 0 0; color: var(--bad) }
button, .button { font: inherit; font-weight: 550; padding: 10px 18px; border-radius: 10px; border: 1px solid var(--accent); background: var(--accent); color: var(--on-accent); text-decoration: none; cursor: pointer }
label { display: block; margin: 0 0 6px; font-weight: 550 } input { width: 100%; font: inherit; padding: 10px 12px; border: 1px solid var(--soft); border-radius: 10px; background: var(--paper); color: var(--ink) } .field { margin: 0 0 18px } .error { margin: 6px 0 0; color: var(--bad) } input[aria-invalid] { border-color: var(--bad) }
button.quiet { background: transparent; color: var(--accent) } button:disabled { opacity: .5; cursor: default } :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px } [hidden] { display: none !important }
`

export const page = ({ shop, locale, title, body, script = '', wide = false, form = false }: PageParts): Page => ({
  locale,
  html: `<!doctype html>
<html lang="${escapeHtml(locale)}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main${wide ? ' class="wide"' : ''}><header>${logo}${escapeHtml(shop.name)}</header>${body}</main>${script === '' ? '' : `<script>${script}</script>`}</body>
</html>
`,
  policy: [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    'img-src data:',
    ...(script === '' ? [] : [`script-src ${hashOf(script)}`, "connect-src 'self'"]),
    "base-uri 'none'",
    `form-action ${form ? "'self'" : "'none'"}`,
    "frame-ancestors 'none'",
  ].join('; '),
})
