// A whole HTML page in one piece, with a policy that allows exactly its own style and script and nothing from elsewhere.
import { createHash } from 'node:crypto'

export interface Page {
  html: string
  /** Content-Security-Policy. */
  policy: string
}

export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

const style = `
:root { color-scheme: light dark; --ink: #1c2430; --paper: #f6f4ef; --card: #fff; --soft: #68707c; --accent: #14655a; --line: #e2ddd2 }
@media (prefers-color-scheme: dark) { :root { --ink: #e9e6df; --paper: #15181d; --card: #1e2229; --soft: #9aa3af; --accent: #58c2b0; --line: #313742 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--paper); color: var(--ink); font: 17px/1.55 system-ui, sans-serif }
main { width: min(560px, 100%); background: var(--card); border: 1px solid var(--line); border-radius: 14px; padding: 36px }
h1 { margin: 0 0 8px; font-size: 1.6rem; line-height: 1.25 }
p { margin: 0 0 16px } ul { margin: 0; padding: 0; list-style: none } li { padding: 10px 0; border-top: 1px solid var(--line) }
a { color: var(--accent) } code { font: 0.9em ui-monospace, monospace; word-break: break-all } .soft { color: var(--soft); font-size: 0.92rem }
button, .button { display: inline-block; font: inherit; padding: 10px 18px; margin: 4px 8px 4px 0; border-radius: 9px; border: 1px solid var(--accent); background: var(--accent); color: var(--card); text-decoration: none; cursor: pointer }
button.quiet { background: transparent; color: var(--accent) } button:disabled { opacity: 0.5; cursor: default } [hidden] { display: none }
`

/** @param body trusted HTML: escape what came from outside. @param script runs at the end of the page */
export const page = (title: string, body: string, script = ''): Page => ({
  html: `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeHtml(title)}</title><style>${style}</style></head>
<body><main>${body}</main>${script === '' ? '' : `<script>${script}</script>`}</body>
</html>
`,
  policy: [
    "default-src 'none'",
    `style-src ${hashOf(style)}`,
    ...(script === '' ? [] : [`script-src ${hashOf(script)}`, "connect-src 'self'"]),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
})
