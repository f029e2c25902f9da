// A page of text that the shop's owner wrote.
import { data } from 'react-router'
import { PageHead } from '../components/page-head.tsx'
import { findContent } from '../content.server.ts'
import { visitContext } from '../context.ts'
import type { Route } from './+types/content'

export const loader = ({ params: { slug }, context }: Route.LoaderArgs) => {
  const page = findContent(context.get(visitContext).locale, slug)
  if (page === null) throw data('', { status: 404 })
  return { ...page, slug }
}

export default function ContentPage({ loaderData: { title, html, slug } }: Route.ComponentProps) {
  return (
    <>
      <PageHead title={title} path={`/pages/${slug}`} />
      {/* Written by the shop's owner in the files of the storefront. */}
      <article className="prose" dangerouslySetInnerHTML={{ __html: html }} />
    </>
  )
}
