// The way back to an order without an account.
import { useTranslation } from 'react-i18next'
import { data, redirect } from 'react-router'
import { TwoStepPage } from '../components/two-step-page.tsx'
import { visitContext } from '../context.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import type { Route } from './+types/orders-lookup'

export const handle: PageHandle = { hydrate: true }

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale, session } = visit
  const entered = enteredIn(await request.formData())
  const { number = '', email = '', code = '' } = entered
  const isCodeStep = entered.step === 'code'
  return runForm(visit, entered, isCodeStep ? ['code'] : ['number', 'email'], async () => {
    if (!isCodeStep) {
      await client.orders.lookup({ number, email })
      return data({ entered: { number, email }, errors: {}, failure: null, step: 'code' })
    }
    const { orderId, accessToken } = await client.orders.verifyLookup({ number, email, code })
    session.orderTokens = { ...session.orderTokens, [orderId]: accessToken }
    return redirect(pathIn(locale, `/orders/${orderId}`))
  })
}

export default function LookupPage({ actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  return (
    <TwoStepPage title={t('account.lookup')} lead={t('account.lookupLead')} submit={t('account.confirm')} outcome={actionData} />
  )
}
