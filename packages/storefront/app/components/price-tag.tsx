// What a variant costs, and whether it is there.
import type { Variant } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { useLocale } from '../links.ts'
import { formatMoney } from '../money.ts'
import { Money } from './money.tsx'

/** From this number of units on, a page does not say how few there are. */
const manyUnits = 6

export const PriceTag = ({ variant, taxIncluded }: { variant: Variant; taxIncluded: boolean }) => {
  const { t } = useTranslation()
  const locale = useLocale()
  const { price, compareAt, lowestPrice30Days } = variant
  if (!price) return null
  return (
    <div className="mt-3">
      <p className="flex flex-wrap items-baseline gap-3 text-2xl font-semibold">
        <span className={compareAt ? 'text-danger' : ''}>
          <Money of={price} />
        </span>
        {compareAt && (
          <span className="text-base font-normal text-muted">
            {t('product.before')}{' '}
            <s>
              <Money of={compareAt} />
            </s>
          </span>
        )}
      </p>
      {compareAt && lowestPrice30Days && (
        <p className="text-sm text-muted">{t('product.lowest', { price: formatMoney(lowestPrice30Days, locale) })}</p>
      )}
      <p className="text-sm text-muted">{taxIncluded ? t('product.taxIncluded') : t('product.taxExcluded')}</p>
    </div>
  )
}

export const StockNote = ({ variant }: { variant: Variant }) => {
  const { t } = useTranslation()
  const { available } = variant
  const [look, text] =
    available === 0
      ? ['text-danger', t('product.soldOut')]
      : available < manyUnits
        ? ['text-warning', t('product.few', { count: available })]
        : ['text-success', t('product.inStock')]
  return (
    <p className={`font-medium ${look}`} data-stock={variant.sku} aria-live="polite">
      {text}
    </p>
  )
}
