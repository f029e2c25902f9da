// Renders a stored mail: finds the template by name and makes HTML and text of its parts.
import { templates } from './catalogue.ts'
import type { Reader, Template } from './content.ts'
import { htmlMail } from './layout-html.ts'
import { textMail } from './layout-text.ts'
import { localized } from './localized.ts'

interface RenderedMail {
  subject: string
  text: string
  html: string
}

// Unknown is safe: `queueEmail` checked the content's type when the row was written.
const byName: Readonly<Record<string, Template<unknown>>> = templates

/** @throws Error for a template that does not exist, or a code mail without a code */
export const render = (name: string, data: unknown, reader: Reader): RenderedMail => {
  const template = byName[name]
  if (template === undefined) throw new Error(`no template is named ${name}`)
  const inLanguage = localized(reader)
  const content = template.render(data, inLanguage)
  return { subject: content.subject, text: textMail(content, inLanguage), html: htmlMail(content, inLanguage) }
}
