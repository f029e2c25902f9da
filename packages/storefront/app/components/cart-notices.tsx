// Problems of the whole cart: codes that do not apply, and a tax that is not known.
import type { CartProblem } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { Notice } from './controls.tsx'

export const CartNotices = ({ problems }: { problems: readonly CartProblem[] }) => {
  const { t } = useTranslation()
  return problems.map(({ code, promotionCode = '', reason }) => {
    if (code === 'tax_unavailable')
      return (
        <Notice key={code} tone="warning">
          {t('problems.tax_unavailable')}
        </Notice>
      )
    if (code !== 'code_not_applicable') return null
    return (
      <Notice key={promotionCode} tone="warning">
        {t('problems.code_not_applicable', { code: promotionCode, reason: reason ? t(`problems.reasons.${reason}`) : '' })}
      </Notice>
    )
  })
}
