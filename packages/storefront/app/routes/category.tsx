// The products of a category and everything below it.
import { useTranslation } from 'react-i18next'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { PageHead } from '../components/page-head.tsx'
import { ProductList } from '../components/product-list.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useTo } from '../links.ts'
import { listProducts } from '../list-products.server.ts'
import { isNarrowed } from '../listing.ts'
import type { Route } from './+types/category'

export const loader = async ({ request, params, context }: Route.LoaderArgs) => {
  const { client } = context.get(visitContext)
  const [category, list] = await orAnswer(
    Promise.all([
      client.categories.get(params.slug),
      listProducts(client, request, { category: params.slug, sort: '-createdAt' }),
    ]),
  )
  return { category, list }
}

export default function CategoryPage({ loaderData: { category, list } }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const children = category.children.filter(({ productCount }) => productCount > 0)
  return (
    <>
      <PageHead title={category.name} path={`/c/${category.slug}`} isListed={!isNarrowed(list.filters)} />
      <Breadcrumbs trail={category.breadcrumbs.filter(({ slug }) => slug !== category.slug)} />
      <h1 className="text-3xl font-bold tracking-tight">{category.name}</h1>
      {children.length > 0 && (
        <ul aria-label={t('list.subcategories', { name: category.name })} className="mt-4 flex flex-wrap gap-2">
          {children.map((child) => (
            <li key={child.slug}>
              <a
                href={to(`/c/${child.slug}`)}
                className="inline-block rounded-full border border-border bg-paper px-4 py-1.5 no-underline hover:border-accent hover:text-accent"
              >
                {child.name}
              </a>
            </li>
          ))}
        </ul>
      )}
      <ProductList list={list} />
    </>
  )
}
