// Signing in; the guest's cart comes along.
import { isApiError } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { redirect, useSearchParams } from 'react-router'
import { TextField } from '../components/field.tsx'
import { FormPage, fieldOf } from '../components/form-page.tsx'
import { visitContext } from '../context.ts'
import { useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import type { Route } from './+types/login'

export const handle: PageHandle = { hydrate: true }

/** A page of this storefront to go on to; anything else leads to the account. */
const nextPath = (next: string | null): string | null => (next && /^\/(?![/\\])/.test(next) ? next : null)

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale } = visit
  const entered = enteredIn(await request.formData())
  const { email = '', password = '' } = entered
  const next = nextPath(new URL(request.url).searchParams.get('next')) ?? pathIn(locale, '/account/orders')
  return runForm(visit, entered, ['email', 'password'], async () => {
    try {
      await client.auth.login({ email, password })
    } catch (error) {
      if (isApiError(error, 'email_unverified') && error.details.registrationId)
        return redirect(`${pathIn(locale, '/verify')}?registration=${error.details.registrationId}`)
      throw error
    }
    return redirect(next)
  })
}

export default function LoginPage({ actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const [query] = useSearchParams()
  return (
    <FormPage
      title={t('account.login')}
      submit={t('account.login')}
      outcome={actionData}
      news={query.has('reset') ? t('account.passwordSet') : undefined}
      below={
        <>
          <a href={to('/forgot')}>{t('account.forgot')}</a>
          <a href={to('/register')}>{t('account.register')}</a>
          <a href={to('/orders/lookup')}>{t('account.lookup')}</a>
        </>
      }
    >
      <TextField {...fieldOf('email', t('checkout.email'), actionData)} type="email" autoComplete="username" />
      <TextField {...fieldOf('password', t('account.password'), actionData)} type="password" autoComplete="current-password" />
    </FormPage>
  )
}
