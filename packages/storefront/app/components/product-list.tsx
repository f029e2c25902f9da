// A list of products with its filters, and the way to the next page.
import type { Facets, ProductSummary } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import type { Filters } from '../listing.ts'
import { ButtonLink, Card } from './controls.tsx'
import { FilterForm } from './filters.tsx'
import { ProductGrid } from './product-card.tsx'

export interface ListedProducts {
  items: ProductSummary[]
  nextCursor: string | null
  total: number | null
  facets: Facets | null
  filters: Filters
  currency: string
}

export const ProductList = ({ list }: { list: ListedProducts }) => {
  const { t } = useTranslation()
  const { pathname, search } = useLocation()
  const next = new URLSearchParams(search)
  if (list.nextCursor) next.set('cursor', list.nextCursor)
  return (
    <div className="mt-6 grid gap-8 lg:grid-cols-[14rem_1fr]">
      <aside>
        <FilterForm filters={list.filters} facets={list.facets} currency={list.currency} path={pathname} />
      </aside>
      <div>
        <h2 className="mb-4 font-normal text-muted">
          {list.total === null ? t('list.products') : t('list.count', { count: list.total })}
        </h2>
        {list.items.length === 0 ? (
          <Card>
            <p className="font-semibold">{t('list.empty')}</p>
            <p className="mt-1 text-muted">{t('list.emptyHint')}</p>
          </Card>
        ) : (
          <ProductGrid products={list.items} />
        )}
        {list.nextCursor && (
          <p className="mt-10 text-center">
            <ButtonLink kind="quiet" href={`${pathname}?${next}`} rel="next">
              {t('list.more')}
            </ButtonLink>
          </p>
        )}
      </div>
    </div>
  )
}
