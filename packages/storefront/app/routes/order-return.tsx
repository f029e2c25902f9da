// Sending goods of an order back: which, how many, and why.
import type { ReturnReason } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { Form, redirect } from 'react-router'
import { Button, Card, Notice } from '../components/controls.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { enteredIn, runForm } from '../run-form.server.ts'
import { textsIn } from '../texts/i18n.ts'
import type { Route } from './+types/order-return'

export const handle: PageHandle = { hydrate: true }

const reasons = [
  'does_not_fit',
  'not_as_described',
  'damaged',
  'wrong_item',
  'no_longer_wanted',
  'other',
] as const satisfies readonly ReturnReason[]

export const loader = async ({ params: { orderId }, context }: Route.LoaderArgs) => {
  const { client, session } = context.get(visitContext)
  const order = await orAnswer(client.orders.get(orderId, {}, { accessToken: session.orderTokens?.[orderId] }))
  return { number: order.number, lines: order.lines.filter(({ quantity, cancelledQuantity }) => quantity > cancelledQuantity) }
}

export const action = async ({ params: { orderId }, request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale } = visit
  const entered = enteredIn(await request.formData())
  const lines = Object.entries(entered).flatMap(([name, value]) => {
    const lineId = /^quantity\.(.+)$/.exec(name)?.[1]
    const quantity = Math.trunc(Number(value))
    if (!lineId || !(quantity > 0)) return []
    return [{ lineId, quantity, reason: (entered[`reason.${lineId}`] ?? 'other') as ReturnReason }]
  })
  if (lines.length === 0) return { entered, errors: {}, failure: textsIn(locale).t('returns.nothing') }
  return runForm(visit, entered, [], async () => {
    await client.returns.request(orderId, { lines, ...(entered.note ? { note: entered.note } : {}) })
    return redirect(pathIn(locale, `/orders/${orderId}`))
  })
}

export default function ReturnPage({ loaderData: { number, lines }, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const field = 'min-h-11 rounded-[10px] border border-border bg-paper px-3'
  return (
    <Card className="mx-auto max-w-2xl">
      <title>{t('returns.title')}</title>
      <h1 className="text-2xl font-bold tracking-tight">{t('returns.title')}</h1>
      <p className="mb-5 text-muted">{t('order.title', { number })}</p>
      <Form method="post" className="space-y-5">
        {actionData?.failure && <Notice tone="danger">{actionData.failure}</Notice>}
        {lines.map(({ id, name, quantity, cancelledQuantity }) => (
          <fieldset key={id} className="flex flex-wrap items-end gap-3 border-t border-line pt-4">
            <legend className="float-left w-full font-medium">{name}</legend>
            <label>
              <span className="block text-sm text-muted">{t('product.quantity')}</span>
              <select name={`quantity.${id}`} className={field}>
                {Array.from({ length: quantity - cancelledQuantity + 1 }, (_, count) => (
                  <option key={count}>{count}</option>
                ))}
              </select>
            </label>
            <label className="flex-1">
              <span className="block text-sm text-muted">{t('returns.reason')}</span>
              <select name={`reason.${id}`} className={`${field} w-full`}>
                {reasons.map((reason) => (
                  <option key={reason} value={reason}>
                    {t(`returns.reasons.${reason}`)}
                  </option>
                ))}
              </select>
            </label>
          </fieldset>
        ))}
        <label className="block">
          <span className="mb-1 block font-medium">
            {t('returns.note')} <span className="font-normal text-muted">({t('checkout.optional')})</span>
          </span>
          <textarea name="note" rows={3} maxLength={500} className={`${field} w-full py-2`} />
        </label>
        <Button className="w-full">{t('returns.submit')}</Button>
      </Form>
    </Card>
  )
}
