// Two steps that begin with the number of an order and an address, and end with a mailed code.
import { useTranslation } from 'react-i18next'
import type { FormOutcome } from '../run-form.server.ts'
import { TextField } from './field.tsx'
import { FormPage, fieldOf } from './form-page.tsx'

interface TwoStepPageProps {
  title: string
  lead: string
  /** Of the last step's button. */
  submit: string
  outcome: (Partial<FormOutcome> & { step?: string }) | undefined
}

export const TwoStepPage = ({ title, lead, submit, outcome }: TwoStepPageProps) => {
  const { t } = useTranslation()
  const isCodeStep = outcome?.entered?.step === 'code' || outcome?.step === 'code'
  const { number = '', email = '' } = outcome?.entered ?? {}
  if (!isCodeStep)
    return (
      <FormPage title={title} lead={lead} submit={t('twoSteps.sendCode')} outcome={outcome}>
        <input type="hidden" name="step" value="start" />
        <TextField {...fieldOf('number', t('twoSteps.number'), outcome)} hint={t('twoSteps.numberHint')} autoComplete="off" />
        <TextField {...fieldOf('email', t('checkout.email'), outcome)} type="email" autoComplete="email" />
      </FormPage>
    )
  return (
    <FormPage title={title} lead={t('twoSteps.codeLead')} submit={submit} outcome={outcome}>
      <input type="hidden" name="step" value="code" />
      <input type="hidden" name="number" value={number} />
      <input type="hidden" name="email" value={email} />
      <TextField
        {...fieldOf('code', t('account.code'), outcome)}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={12}
      />
    </FormPage>
  )
}
