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

/** The note is kept up to date by `public/browse.js`, which finds text and look of each number of units in the attributes. */
export const StockNote = ({ variant }: { variant: Variant }) => {
  const { t } = useTranslation()
  const { available } = variant
  const few = Array.from({ length: manyUnits - 1 }, (_, index) => t('product.few', { count: index + 1 }))
  const texts = [t('product.soldOut'), ...few, t('product.inStock')]
  const looks = ['text-danger', ...few.map(() => 'text-warning'), 'text-success']
  const shown = Math.min(available, manyUnits)
  return (
    <p
      className={`font-medium ${looks[shown]}`}
      data-stock={variant.sku}
      data-texts={JSON.stringify(texts)}
      data-looks={JSON.stringify(looks)}
      aria-live="polite"
    >
      {texts[shown]}
    </p>
  )
}
