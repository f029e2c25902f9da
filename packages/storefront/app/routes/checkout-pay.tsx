// The way to the payment page and back from it: waits until it can be opened, and says how paying went when it did not.
import type { PaymentView } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { Form, redirect } from 'react-router'
import { Button, ButtonLink, Card, Notice } from '../components/controls.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useLocale, useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import type { Route } from './+types/checkout-pay'

/** Seconds that a page load waits for the payment page; then the page loads again by itself. */
const waitSec = 8

const settled: readonly PaymentView['state'][] = ['paid', 'review', 'not_required']

export const loader = async ({ params: { orderId }, request, context }: Route.LoaderArgs) => {
  const { client, locale, session } = context.get(visitContext)
  const own = { accessToken: session.orderTokens?.[orderId] }
  const payment = await orAnswer(client.orders.payment(orderId, { waitSec, known: 'preparing' }, own))
  if (settled.includes(payment.state)) throw redirect(pathIn(locale, `/orders/${orderId}`))
  const isBack = new URL(request.url).searchParams.has('back')
  if (payment.state === 'open' && payment.url && !isBack) throw redirect(payment.url)
  const order = isBack ? await orAnswer(client.orders.get(orderId, {}, own)) : null
  return { payment, hasDecline: order?.lastDecline != null }
}

export const action = async ({ params: { orderId }, context }: Route.ActionArgs) => {
  const { client, locale } = context.get(visitContext)
  await orAnswer(client.orders.cancel(orderId))
  return redirect(pathIn(locale, '/cart'))
}

export default function PayPage({ loaderData: { payment, hasDecline } }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const locale = useLocale()
  const { state, url, expiresAt } = payment
  return (
    <Card className="mx-auto max-w-xl text-center">
      <title>{t('pay.title')}</title>
      <h1 className="mb-4 text-2xl font-semibold">{t('pay.title')}</h1>
      {state === 'preparing' && (
        <>
          <meta httpEquiv="refresh" content="1" />
          <p role="status">{t('pay.preparing')}</p>
        </>
      )}
      {state === 'open' && url && (
        <>
          {hasDecline && <Notice tone="warning">{t('pay.declined')}</Notice>}
          <p className="mt-3">{t('pay.back')}</p>
          {expiresAt && (
            <p className="text-muted">
              {t('pay.reserved', { time: new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(new Date(expiresAt)) })}
            </p>
          )}
          <p className="mt-6">
            <ButtonLink href={url} className="w-full">
              {t('pay.pay')}
            </ButtonLink>
          </p>
          <Form method="post" className="mt-3">
            <Button kind="plain">{t('pay.cancel')}</Button>
          </Form>
        </>
      )}
      {(state === 'failed' || state === 'expired' || state === 'cancelled' || state === 'cancelling') && (
        <>
          <Notice tone={state === 'failed' ? 'danger' : 'warning'}>
            {t(state === 'failed' ? 'pay.failed' : state === 'expired' ? 'pay.expired' : 'pay.cancelled')}
          </Notice>
          <p className="mt-6">
            <ButtonLink href={to('/cart')}>{t('pay.toCart')}</ButtonLink>
          </p>
        </>
      )}
    </Card>
  )
}
