// What a search finds; without words, everything.
import { useTranslation } from 'react-i18next'
import { PageHead } from '../components/page-head.tsx'
import { ProductList } from '../components/product-list.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { listProducts } from '../list-products.server.ts'
import type { Route } from './+types/search'

export const loader = async ({ request, context }: Route.LoaderArgs) => {
  const { client } = context.get(visitContext)
  const hasWords = new URL(request.url).searchParams.get('q')?.trim()
  return { list: await orAnswer(listProducts(client, request, { sort: hasWords ? 'relevance' : '-createdAt' })) }
}

export default function SearchPage({ loaderData: { list } }: Route.ComponentProps) {
  const { t } = useTranslation()
  const title = list.filters.q ? t('list.results', { q: list.filters.q }) : t('home.all')
  return (
    <>
      <PageHead title={title} path="/search" isListed={false} />
      <h1 className="text-3xl font-bold tracking-tight break-words">{title}</h1>
      <ProductList list={list} />
    </>
  )
}
