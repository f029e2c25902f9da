// Products as cards in a grid.
import type { ProductSummary } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { pictureUrl, useLocale, useTo } from '../links.ts'
import { formatMoney } from '../money.ts'
import { Money } from './money.tsx'

const PriceOf = ({ product }: { product: ProductSummary }) => {
  const { t } = useTranslation()
  const locale = useLocale()
  const { priceFrom, priceTo, compareAtFrom } = product
  if (!priceFrom) return null
  const isRange = priceTo !== null && priceTo.amountMinor !== priceFrom.amountMinor
  return (
    <p className="mt-1">
      <span className={compareAtFrom ? 'font-semibold text-danger' : 'font-semibold'}>
        {isRange ? t('product.from', { price: formatMoney(priceFrom, locale) }) : <Money of={priceFrom} />}
      </span>
      {compareAtFrom && (
        <>
          {' '}
          <span className="sr-only">{t('product.before')}</span>
          <s className="text-sm text-muted">
            <Money of={compareAtFrom} />
          </s>
        </>
      )}
    </p>
  )
}

const Card = ({ product, isEager }: { product: ProductSummary; isEager: boolean }) => {
  const { t } = useTranslation()
  const to = useTo()
  return (
    <li className="group relative flex flex-col">
      <div className="aspect-square overflow-hidden rounded-2xl border border-line bg-paper">
        {product.image && (
          <img
            src={pictureUrl(product.image.url)}
            alt=""
            width="400"
            height="400"
            loading={isEager ? 'eager' : 'lazy'}
            className="size-full object-cover transition-transform duration-300 group-hover:scale-[1.03] motion-reduce:transition-none"
          />
        )}
      </div>
      <h3 className="mt-3 font-medium">
        <a href={to(`/p/${product.slug}`)} className="no-underline after:absolute after:inset-0 hover:text-accent">
          {product.name}
        </a>
      </h3>
      <PriceOf product={product} />
      {!product.inStock && <p className="text-sm text-muted">{t('product.soldOut')}</p>}
    </li>
  )
}

/** Products as a grid of cards. The first row is loaded at once, the rest when it comes near. */
export const ProductGrid = ({ products }: { products: readonly ProductSummary[] }) => (
  <ul className="grid grid-cols-2 gap-x-4 gap-y-8 sm:gap-x-6 md:grid-cols-3 lg:grid-cols-4">
    {products.map((product, index) => (
      <Card key={product.id} product={product} isEager={index < 4} />
    ))}
  </ul>
)
