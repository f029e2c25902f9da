// The sums of a cart or an order.
import type { Money as Amount, AppliedDiscount, AppliedShipping, AppliedTax } from '@cartwright/sdk'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useLocale } from '../links.ts'
import { Money } from './money.tsx'

export interface Sums {
  subtotal: Amount
  shipping: Amount
  total: Amount
  discounts: AppliedDiscount[]
  taxes: AppliedTax[]
  taxIncluded: boolean
  shippingOption: AppliedShipping | null
}

const Row = ({ label, children, isTotal = false }: { label: ReactNode; children: ReactNode; isTotal?: boolean }) => (
  <div className={`flex justify-between gap-4 ${isTotal ? 'border-t border-line pt-3 text-lg font-semibold' : ''}`}>
    <dt>{label}</dt>
    <dd className="text-right">{children}</dd>
  </div>
)

interface TotalsProps {
  sums: Sums
  /** Whether shipping is still to be chosen. */
  isShippingOpen?: boolean
  /** Whether the tax is not known yet. */
  isTaxOpen?: boolean
}

export const Totals = ({ sums, isShippingOpen = false, isTaxOpen = false }: TotalsProps) => {
  const { t } = useTranslation()
  const locale = useLocale()
  const rateOf = (rate: number) => new Intl.NumberFormat(locale, { maximumFractionDigits: 3 }).format(rate)
  const taxes = sums.taxes.filter(({ amount }) => amount.amountMinor !== 0)
  return (
    <dl className="space-y-2">
      <Row label={t('totals.subtotal')}>
        <Money of={sums.subtotal} />
      </Row>
      {sums.discounts.map(({ promotionId, name, code, amount }) => (
        <Row key={`${promotionId} ${code}`} label={code ? `${name} (${code})` : name}>
          <span className="money text-success">
            −<Money of={amount} />
          </span>
        </Row>
      ))}
      {isShippingOpen && (
        <Row label={t('totals.shipping')}>
          <span className="text-muted">{t('totals.shippingLater')}</span>
        </Row>
      )}
      {sums.shippingOption && (
        <Row label={`${t('totals.shipping')}, ${sums.shippingOption.name}`}>
          {sums.shipping.amountMinor === 0 ? t('totals.free') : <Money of={sums.shipping} />}
        </Row>
      )}
      {isTaxOpen && !sums.taxIncluded && (
        <Row label={t('totals.taxes')}>
          <span className="text-muted">{t('totals.taxLater')}</span>
        </Row>
      )}
      {!sums.taxIncluded &&
        taxes.map(({ name, rate, amount }) => (
          <Row key={`${name} ${rate}`} label={t('totals.tax', { name, rate: rateOf(rate) })}>
            <Money of={amount} />
          </Row>
        ))}
      <Row label={t('totals.total')} isTotal>
        <Money of={sums.total} />
      </Row>
      {sums.taxIncluded &&
        taxes.map(({ name, rate, amount }) => (
          <div key={`${name} ${rate}`} className="flex justify-between gap-4 text-sm text-muted">
            <dt>{t('totals.taxIncluded', { name, rate: rateOf(rate) })}</dt>
            <dd>
              <Money of={amount} />
            </dd>
          </div>
        ))}
    </dl>
  )
}
