// Password, and the devices that are signed in.
import { useTranslation } from 'react-i18next'
import { data, Form } from 'react-router'
import { assertCustomer } from '../account.server.ts'
import { Button, Card, Notice } from '../components/controls.tsx'
import { TextField } from '../components/field.tsx'
import { fieldOf } from '../components/form-page.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useLocale } from '../links.ts'
import { enteredIn, runForm } from '../run-form.server.ts'
import { textsIn } from '../texts/i18n.ts'
import type { Route } from './+types/account-security'

export const loader = async ({ request, context }: Route.LoaderArgs) => {
  const visit = context.get(visitContext)
  assertCustomer(visit, request)
  const [profile, sessions] = await orAnswer(Promise.all([visit.client.me.get(), visit.client.me.sessions()]))
  return { email: profile.email, sessions: sessions.items }
}

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale } = visit
  const entered = enteredIn(await request.formData())
  const { intent, sessionId = '', currentPassword = '', newPassword = '' } = entered
  const isPassword = intent === 'password'
  return runForm(visit, entered, isPassword ? ['currentPassword', 'newPassword'] : [], async () => {
    if (isPassword) {
      await client.me.changePassword({ currentPassword, newPassword })
      // Tokens from before the change are refused from now on.
      await client.auth.refresh()
    } else await client.me.endSession(sessionId)
    const news = isPassword ? textsIn(locale).t('account.passwordSet') : null
    return data({ entered: {}, errors: {}, failure: null, news })
  })
}

export default function SecurityPage({ loaderData: { email, sessions }, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const locale = useLocale()
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' })
  const news = actionData && 'news' in actionData ? actionData.news : null
  return (
    <Card>
      <title>{t('account.pages.security')}</title>
      <h1 className="text-2xl font-bold tracking-tight">{t('account.pages.security')}</h1>
      <p className="mb-5 text-muted">{email}</p>
      <Form method="post" className="max-w-md space-y-4" noValidate>
        {news && <Notice tone="success">{String(news)}</Notice>}
        {actionData?.failure && <Notice tone="danger">{actionData.failure}</Notice>}
        <input type="hidden" name="username" autoComplete="username" value={email ?? ''} />
        <TextField
          {...fieldOf('currentPassword', t('account.currentPassword'), actionData)}
          type="password"
          autoComplete="current-password"
        />
        <TextField
          {...fieldOf('newPassword', t('account.newPassword'), actionData)}
          type="password"
          autoComplete="new-password"
          hint={t('account.passwordHint')}
        />
        <Button name="intent" value="password">
          {t('account.setPassword')}
        </Button>
      </Form>
      <h2 className="mt-9 mb-3 text-xl font-semibold">{t('account.devices')}</h2>
      <ul>
        {sessions.map(({ id, client, current, lastUsedAt }) => (
          <li key={id} className="flex flex-wrap items-center justify-between gap-3 border-t border-line py-3 first:border-0">
            <span className="min-w-0 break-words">
              {client ?? t('account.unknownDevice')}
              <span className="block text-sm text-muted">{date.format(new Date(lastUsedAt))}</span>
            </span>
            {current ? (
              <span className="rounded-full bg-accent-ground px-3 py-1 text-sm text-accent">{t('account.thisDevice')}</span>
            ) : (
              <Form method="post">
                <input type="hidden" name="sessionId" value={id} />
                <Button kind="plain" name="intent" value="end">
                  {t('account.endSession')}
                </Button>
              </Form>
            )}
          </li>
        ))}
      </ul>
    </Card>
  )
}
