// Start page: describes the gateway, links to its documents, and shows first calls to copy.
import { escapeHtml } from '@cartwright/contracts'
import { type Page, page, type ShownShop } from '../../domain/page.ts'

interface WelcomeLinks {
  shop: ShownShop
  publicUrl: string
  /** URL of the development mailbox; null without one. */
  mailboxUrl: string | null
  /** URL of the Stripe sandbox; null without one. */
  sandboxUrl: string | null
}

const link = (href: string, name: string, what: string): string =>
  `<li><a href="${escapeHtml(href)}"><b>${escapeHtml(name)}</b><span>${escapeHtml(what)}</span></a></li>`

export const welcomePage = ({ shop, publicUrl, mailboxUrl, sandboxUrl }: WelcomeLinks): Page => {
  const tools = [
    ...(mailboxUrl === null ? [] : [link(mailboxUrl, 'Mailbox', 'every mail the shop has sent')]),
    ...(sandboxUrl === null ? [] : [link(`${sandboxUrl}/_sandbox/ledger`, 'Stripe sandbox', 'sessions, charges and refunds')]),
  ]
  const calls = `curl '${publicUrl}/v1/products?limit=3&sort=price'
curl '${publicUrl}/v1/search?q=mug'
curl -X POST '${publicUrl}/v1/auth/guest'`
  return page({
    shop,
    locale: 'en',
    title: shop.name,
    wide: true,
    body: `<h1>The shop is open</h1>
<p>This is the gateway of a commerce backend: catalog, carts, checkout, payments, orders. There is no storefront here. Bring your own and talk to the API.</p>
<ul class="links">
${link('/docs', 'API reference', 'every call, to read and to try out')}
${link('/openapi.json', 'openapi.json', 'the same, for your generator')}
${link('/v1/products', 'Products', 'what is sold, as JSON')}
</ul>
${tools.length === 0 ? '' : `<h2>For development</h2><ul class="links">${tools.join('')}</ul>`}
<h2>A first call</h2>
<pre tabindex="0" aria-label="Commands to copy">${escapeHtml(calls)}</pre>`,
  })
}
