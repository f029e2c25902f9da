// Pages of text that the shop's owner writes as Markdown, one file for each language: `content/en/shipping.md`.
import { marked } from 'marked'
import type { Locale } from './locales.ts'

export interface ContentPage {
  title: string
  html: string
}

const files = import.meta.glob<string>('../content/*/*.md', { query: '?raw', import: 'default', eager: true })

/** The page begins with its title as a heading. @returns null when there is no such page */
export const findContent = (locale: Locale, slug: string): ContentPage | null => {
  const text = files[`../content/${locale}/${slug}.md`]
  if (text === undefined) return null
  const title = /^# (.+)$/m.exec(text)?.[1] ?? slug
  return { title, html: marked.parse(text, { async: false }) }
}

/** Slugs of the pages. Each page exists in every language. */
export const contentSlugs = Object.keys(files)
  .flatMap((path) => /\/en\/(.+)\.md$/.exec(path)?.[1] ?? [])
  .sort()
