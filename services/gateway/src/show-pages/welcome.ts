// The start page: what this is and where to look.
import { type Page, page } from './page.ts'

export const welcomePage = (): Page =>
  page(
    'Cartwright',
    `<h1>The shop is open</h1>
<p>This is the gateway of Cartwright, a commerce backend. There is no storefront here: bring your own and talk to the API.</p>
<ul>
<li><a href="/docs">API reference</a> <span class="soft">every call, to try out</span></li>
<li><a href="/openapi.json">openapi.json</a> <span class="soft">the same for machines</span></li>
<li><a href="/v1/products">/v1/products</a> <span class="soft">what is sold</span></li>
<li><a href="/readyz">/readyz</a> <span class="soft">whether the gateway is ready</span></li>
</ul>`,
  )
