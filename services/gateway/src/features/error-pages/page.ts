// Page of an error code, the target of `type` in problems: what the code means, what to do, and what its answers hold.
import { STATUS_CODES } from 'node:http'
import { type ErrorCode, errorKinds, errorTextOf, escapeHtml, problemExample, problemType } from '@cartwright/contracts'
import { type Page, page, type ShownShop } from '../../domain/page.ts'
import { textsIn } from '../../domain/page-texts.ts'
import { errorPageTexts } from './texts.ts'

interface View {
  shop: ShownShop
  locale: string
  publicUrl: string
}

/** Escapes a text and shows what stands in backticks as code. */
const prose = (text: string): string => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>')

/** The members that the problem of a code adds. Their descriptions are written in English only. */
const extrasOf = (code: ErrorCode): string =>
  Object.entries(errorKinds[code].extras ?? {})
    .map(([name, schema]) => {
      const { description = '' } = schema as { description?: string }
      const note = description === '' ? '' : `<p class="soft" lang="en">${prose(description)}</p>`
      return `<li><code>${escapeHtml(name)}</code>${note}</li>`
    })
    .join('')

const footOf = ({ shop, locale }: View): string =>
  `<p class="foot soft"><a href="/docs">${errorPageTexts(locale).reference}</a><a href="${escapeHtml(shop.url)}">${textsIn(locale).toShop}</a></p>`

export const errorPage = (code: ErrorCode, view: View): Page => {
  const { shop, locale, publicUrl } = view
  const { status } = errorKinds[code]
  const { title, remedy } = errorTextOf(code, locale)
  const texts = errorPageTexts(locale)
  const extras = extrasOf(code)
  const example = { ...problemExample(code), type: problemType(code, publicUrl), title }
  return page({
    shop,
    locale,
    title: texts.pageTitle(title),
    wide: true,
    body: `<h1>${escapeHtml(title)}</h1>
<p class="soft">${texts.code} <code>${code}</code>, ${texts.status} ${status} <span lang="en">${STATUS_CODES[status] ?? ''}</span></p>
<p>${prose(texts.meanings[status] ?? '')}</p>
<h2>${texts.remedy}</h2><p>${prose(remedy)}</p>
${extras === '' ? '' : `<h2>${texts.extras}</h2><ul>${extras}</ul>`}
<h2 id="example">${texts.example}</h2><pre tabindex="0" role="region" aria-labelledby="example">${escapeHtml(JSON.stringify(example, null, 2))}</pre>
${footOf(view)}`,
  })
}

export const noErrorPage = (view: View): Page => {
  const [title = '', text = ''] = errorPageTexts(view.locale).missing
  return page({
    shop: view.shop,
    locale: view.locale,
    title,
    body: `<h1>${title}</h1><p>${prose(text)}</p>${footOf(view)}`,
  })
}
