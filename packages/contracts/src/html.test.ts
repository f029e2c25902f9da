// What escaping guarantees for text in markup.
import { expect, test } from 'vitest'
import { escapeHtml } from './html.ts'

test('escaped text opens no tag, closes no attribute and reads as it was written', () => {
  expect(escapeHtml(`<a href="x" title='y'>&</a>`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;&lt;/a&gt;')
  expect(escapeHtml('Grüße, 100 %')).toBe('Grüße, 100 %')
})
