// Opening an account: the shop mails a code, whether or not the address is known.
import { useTranslation } from 'react-i18next'
import { redirect } from 'react-router'
import { TextField } from '../components/field.tsx'
import { FormPage, fieldOf } from '../components/form-page.tsx'
import { visitContext } from '../context.ts'
import { useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import type { Route } from './+types/register'

export const handle: PageHandle = { hydrate: true }

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale } = visit
  const entered = enteredIn(await request.formData())
  const { email = '', password = '', name = '' } = entered
  return runForm(visit, entered, ['name', 'email', 'password'], async () => {
    const { registrationId } = await client.auth.register({ email, password, name, locale })
    return redirect(`${pathIn(locale, '/verify')}?registration=${registrationId}`)
  })
}

export default function RegisterPage({ actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  return (
    <FormPage
      title={t('account.register')}
      submit={t('account.register')}
      outcome={actionData}
      below={<a href={to('/login')}>{t('account.haveOne')}</a>}
    >
      <TextField {...fieldOf('name', t('checkout.name'), actionData)} autoComplete="name" />
      <TextField {...fieldOf('email', t('checkout.email'), actionData)} type="email" autoComplete="email" />
      <TextField
        {...fieldOf('password', t('account.password'), actionData)}
        type="password"
        autoComplete="new-password"
        hint={t('account.passwordHint')}
      />
    </FormPage>
  )
}
