// Makes a mail out of a stored row: the template by its name, both forms from the same words.
import { templates } from './catalogue.ts'
import type { Reader, Template } from './content.ts'
import { htmlMail } from './layout-html.ts'
import { textMail } from './layout-text.ts'

export interface RenderedMail {
  subject: string
  text: string
  html: string
}

// The row holds what its template's type asked for when it was written.
const byName: Readonly<Record<string, Template<unknown>>> = templates

/** @throws Error for a template that does not exist, or a code mail without a code */
export const render = (name: string, data: unknown, reader: Reader): RenderedMail => {
  const template = byName[name]
  if (template === undefined) throw new Error(`there is no template ${name}`)
  const content = template.say(data, reader)
  return { subject: content.subject, text: textMail(content, reader), html: htmlMail(content, reader) }
}
