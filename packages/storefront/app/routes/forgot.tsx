// A new password by a mailed code.
import { useTranslation } from 'react-i18next'
import { data, redirect } from 'react-router'
import { TextField } from '../components/field.tsx'
import { FormPage, fieldOf } from '../components/form-page.tsx'
import { visitContext } from '../context.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import type { Route } from './+types/forgot'

export const handle: PageHandle = { hydrate: true }

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale } = visit
  const entered = enteredIn(await request.formData())
  const { email = '', code = '', newPassword = '' } = entered
  const isCodeStep = entered.step === 'code'
  return runForm(visit, entered, isCodeStep ? ['code', 'newPassword'] : ['email'], async () => {
    if (isCodeStep) {
      await client.auth.resetPassword({ email, code, newPassword })
      return redirect(`${pathIn(locale, '/login')}?reset`)
    }
    await client.auth.forgotPassword({ email })
    return data({ entered: { email, step: 'code' }, errors: {}, failure: null })
  })
}

export default function ForgotPage({ actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const { step, email } = actionData?.entered ?? {}
  if (step !== 'code')
    return (
      <FormPage title={t('account.forgot')} lead={t('account.forgotLead')} submit={t('twoSteps.sendCode')} outcome={actionData}>
        <TextField {...fieldOf('email', t('checkout.email'), actionData)} type="email" autoComplete="username" />
      </FormPage>
    )
  return (
    <FormPage title={t('account.forgot')} lead={t('twoSteps.codeLead')} submit={t('account.setPassword')} outcome={actionData}>
      <input type="hidden" name="step" value="code" />
      <input type="hidden" name="email" value={email} />
      <TextField
        {...fieldOf('code', t('account.code'), actionData)}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={12}
      />
      <TextField
        {...fieldOf('newPassword', t('account.newPassword'), actionData)}
        type="password"
        autoComplete="new-password"
        hint={t('account.passwordHint')}
      />
    </FormPage>
  )
}
