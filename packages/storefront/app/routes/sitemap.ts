// Every category and product with its addresses, written while the products are read page by page.
import { Readable } from 'node:stream'
import type { CategoryNode, Client } from '@cartwright/sdk'
import { createReadableStreamFromReadable } from '@react-router/node'
import { contentSlugs } from '../content.server.ts'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { locales } from '../locales.ts'
import { sitemapEnd, sitemapEntries, sitemapStart } from '../seo.ts'
import type { Route } from './+types/sitemap'

/** Addresses that one sitemap may hold, by the protocol of sitemaps. */
const addressLimit = 50_000

const slugsBelow = ({ slug, children }: CategoryNode): string[] => [
  slug,
  ...(children as object[] as CategoryNode[]).flatMap(slugsBelow),
]

async function* pathsOf(client: Client, categories: readonly CategoryNode[]): AsyncGenerator<string> {
  yield '/'
  for (const slug of contentSlugs) yield `/pages/${slug}`
  for (const slug of categories.flatMap(slugsBelow)) yield `/c/${slug}`
  for await (const { slug } of client.products.list({ sort: 'name', limit: 100 })) yield `/p/${slug}`
}

async function* sitemapOf(origin: string, paths: AsyncGenerator<string>): AsyncGenerator<string> {
  yield sitemapStart
  let left = Math.floor(addressLimit / locales.length)
  for await (const path of paths) {
    if (left-- === 0) break
    yield sitemapEntries(origin, path)
  }
  yield sitemapEnd
}

export const loader = async ({ context }: Route.LoaderArgs) => {
  const { client, origin } = context.get(visitContext)
  const { items } = await orAnswer(Promise.resolve(client.categories.list()))
  const body = createReadableStreamFromReadable(Readable.from(sitemapOf(origin, pathsOf(client, items))))
  return new Response(body, {
    headers: { 'content-type': 'application/xml; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  })
}
