// Withdrawal from a contract: no account and no reason needed, and a receipt at the end.
import { useTranslation } from 'react-i18next'
import { data } from 'react-router'
import { Card, Notice } from '../components/controls.tsx'
import { TwoStepPage } from '../components/two-step-page.tsx'
import { visitContext } from '../context.ts'
import { useLocale } from '../links.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import type { Route } from './+types/withdraw'

export const handle: PageHandle = { hydrate: true }

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client } = visit
  const entered = enteredIn(await request.formData())
  const { number = '', email = '', code = '' } = entered
  const isCodeStep = entered.step === 'code'
  return runForm(visit, entered, isCodeStep ? ['code'] : ['number', 'email'], async () => {
    if (isCodeStep) return data({ receipt: await client.withdrawals.confirm({ number, email, code }) })
    await client.withdrawals.request({ number, email })
    return data({ entered: { number, email }, errors: {}, failure: null, step: 'code' })
  })
}

export default function WithdrawPage({ actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const locale = useLocale()
  if (!actionData || !('receipt' in actionData))
    return (
      <TwoStepPage title={t('withdraw.title')} lead={t('withdraw.lead')} submit={t('withdraw.submit')} outcome={actionData} />
    )
  const { receipt } = actionData
  return (
    <Card className="mx-auto max-w-lg">
      <title>{t('withdraw.title')}</title>
      <h1 className="mb-4 text-2xl font-bold tracking-tight">{t('withdraw.done')}</h1>
      <Notice tone="success">
        {t('withdraw.receipt', {
          number: receipt.number,
          time: new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'medium' }).format(new Date(receipt.receivedAt)),
        })}
      </Notice>
      <p className="mt-4 whitespace-pre-line">{receipt.receipt}</p>
      <p className="mt-4 text-muted">{t('withdraw.mailed')}</p>
    </Card>
  )
}
