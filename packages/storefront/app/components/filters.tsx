// Filters and order of a list: a form that works without scripts; with them each change applies at once.
import type { Facets } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { useLocale } from '../links.ts'
import { type Filters, isFiltered, sorts } from '../listing.ts'
import { formatMoney } from '../money.ts'
import { Button } from './controls.tsx'

const Box = ({
  name,
  value,
  label,
  count,
  isChecked,
}: {
  name: string
  value: string
  label: string
  count: number | undefined
  isChecked: boolean
}) => (
  <label className="flex min-h-8 items-center gap-2.5">
    <input type="checkbox" name={name} value={value} defaultChecked={isChecked} className="size-4 accent-accent" />
    <span className="flex-1">{label}</span>
    <span className="money text-sm text-muted">{count}</span>
  </label>
)

const PriceRanges = ({ facets, filters, currency }: { facets: Facets; filters: Filters; currency: string }) => {
  const { t } = useTranslation()
  const locale = useLocale()
  const money = (amountMinor: number) => formatMoney({ amountMinor, currency }, locale)
  const ranges = facets.prices.filter(({ count }) => count > 0)
  if (ranges.length < 2) return null
  return (
    <fieldset>
      <legend className="mb-1 font-semibold">{t('list.price')}</legend>
      {ranges.map(({ minPrice, maxPrice, count }) => (
        <label key={minPrice} className="flex min-h-8 items-center gap-2.5">
          <input
            type="radio"
            name="range"
            value={`${minPrice}-${maxPrice ?? ''}`}
            defaultChecked={filters.minPrice === minPrice}
            className="size-4 accent-accent"
          />
          <span className="money flex-1">
            {maxPrice === null ? `≥ ${money(minPrice)}` : `${money(minPrice)} – ${money(maxPrice)}`}
          </span>
          <span className="money text-sm text-muted">{count}</span>
        </label>
      ))}
    </fieldset>
  )
}

interface FilterFormProps {
  filters: Filters
  /** Null while the shop cannot count. */
  facets: Facets | null
  currency: string
  /** Address of the list without filters. */
  path: string
}

export const FilterForm = ({ filters, facets, currency, path }: FilterFormProps) => {
  const { t } = useTranslation()
  const inStock = facets?.inStock.find(({ value }) => value === 'true')
  return (
    <form action={path} data-submit-on-change className="space-y-6">
      {filters.q && <input type="hidden" name="q" value={filters.q} />}
      <label className="block">
        <span className="mb-1 block font-semibold">{t('list.sort')}</span>
        <select
          name="sort"
          defaultValue={filters.sort}
          className="min-h-11 w-full rounded-[10px] border border-border bg-paper px-3"
        >
          {sorts
            .filter((sort) => sort !== 'relevance' || filters.q)
            .map((sort) => (
              <option key={sort} value={sort}>
                {t(`list.sorts.${sort}`)}
              </option>
            ))}
        </select>
      </label>
      <details open className="space-y-6 [&[open]>summary]:mb-4">
        <summary className="font-semibold">{t('list.filters')}</summary>
        <Box name="inStock" value="true" label={t('list.inStock')} count={inStock?.count} isChecked={filters.inStock} />
        {facets && <PriceRanges facets={facets} filters={filters} currency={currency} />}
        {Object.entries(facets?.options ?? {}).map(([name, values]) => (
          <fieldset key={name}>
            <legend className="mb-1 font-semibold capitalize">{name}</legend>
            {values.map(({ value, count }) => (
              <Box
                key={value}
                name={`option.${name}`}
                value={value}
                label={value}
                count={count}
                isChecked={filters.options[name]?.includes(value) ?? false}
              />
            ))}
          </fieldset>
        ))}
      </details>
      <div className="flex flex-wrap gap-3">
        <Button kind="quiet" type="submit" data-hide-with-scripts>
          {t('list.apply')}
        </Button>
        {isFiltered(filters) && (
          <a href={filters.q ? `${path}?q=${encodeURIComponent(filters.q)}` : path} className="py-2.5 text-accent">
            {t('list.clear')}
          </a>
        )}
      </div>
    </form>
  )
}
