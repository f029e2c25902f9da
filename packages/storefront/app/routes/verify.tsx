// The mailed code of a registration.
import { useTranslation } from 'react-i18next'
import { data, Form, redirect, useSearchParams } from 'react-router'
import { Button } from '../components/controls.tsx'
import { TextField } from '../components/field.tsx'
import { FormPage, fieldOf } from '../components/form-page.tsx'
import { visitContext } from '../context.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import { textsIn } from '../texts/i18n.ts'
import type { Route } from './+types/verify'

export const handle: PageHandle = { hydrate: true }

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale } = visit
  const entered = enteredIn(await request.formData())
  const registrationId = new URL(request.url).searchParams.get('registration') ?? ''
  const isResend = entered.intent === 'resend'
  return runForm(visit, entered, isResend ? [] : ['code'], async () => {
    if (!isResend) {
      await client.auth.verify({ registrationId, code: entered.code ?? '' })
      return redirect(pathIn(locale, '/account/orders'))
    }
    await client.auth.resend({ registrationId })
    return data({ entered: {}, errors: {}, failure: null, news: textsIn(locale).t('account.codeSent') })
  })
}

export default function VerifyPage({ actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const [query] = useSearchParams()
  const news = actionData && 'news' in actionData ? String(actionData.news) : undefined
  return (
    <FormPage
      key={query.get('registration')}
      title={t('account.verify')}
      lead={t('account.verifyLead')}
      submit={t('account.confirm')}
      outcome={actionData}
      news={news}
      below={
        <Form method="post">
          <Button kind="plain" name="intent" value="resend">
            {t('account.resend')}
          </Button>
        </Form>
      }
    >
      <TextField
        {...fieldOf('code', t('account.code'), actionData)}
        inputMode="numeric"
        autoComplete="one-time-code"
        maxLength={12}
      />
    </FormPage>
  )
}
