// Data of a page for search engines, in the vocabulary of schema.org.

export const JsonLd = ({ data }: { data: object }) => {
  const json = JSON.stringify({ '@context': 'https://schema.org', ...data })
  // JSON of our own; no `<` can end the element.
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: json.replaceAll('<', '\\u003c') }} />
}
