// Last step of the checkout: everything at a glance, and the button that orders.
import { randomUUID } from 'node:crypto'
import { isApiError } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { data, Form, redirect, useNavigation } from 'react-router'
import { cartToCheckOut, draftOf } from '../checkout.server.ts'
import { CartNotices } from '../components/cart-notices.tsx'
import { CheckoutFrame } from '../components/checkout-frame.tsx'
import { CodeForm } from '../components/code-form.tsx'
import { Button, Notice } from '../components/controls.tsx'
import { LineList } from '../components/line-list.tsx'
import { PostalAddress } from '../components/postal-address.tsx'
import { visitContext } from '../context.ts'
import { failureText } from '../failure-text.ts'
import { useLocale, useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import { formatMoney } from '../money.ts'
import type { PageHandle } from '../root.tsx'
import { textsIn } from '../texts/i18n.ts'
import type { Route } from './+types/checkout-review'

export const handle: PageHandle = { hydrate: true }

export const loader = async ({ context }: Route.LoaderArgs) => {
  const visit = context.get(visitContext)
  const draft = draftOf(visit)
  // The key belongs to the form: sending it twice places one order.
  return { cart: await cartToCheckOut(visit), address: draft.address, idempotencyKey: randomUUID() }
}

/** Where a refusal leads that this page cannot mend. */
const pathOf: Readonly<Record<string, string>> = {
  shipping_changed: '/checkout/delivery',
  shipping_required: '/checkout/delivery',
  validation_failed: '/checkout/address',
}

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale, session, origin } = visit
  const { address, email } = draftOf(visit)
  const form = await request.formData()
  const text = (name: string) => String(form.get(name) ?? '')
  const paths = { success: pathIn(locale, '/orders/{ORDER_ID}'), cancel: pathIn(locale, '/checkout/pay/{ORDER_ID}') }
  try {
    const order = await client.checkout.place(
      {
        // What the visitor saw, not what the cart holds by now.
        cart: {
          version: Number(text('version')),
          total: { amountMinor: Number(text('amountMinor')), currency: text('currency') },
        },
        ...(email ? { email } : {}),
        shippingAddress: address,
        successUrl: `${origin}${paths.success}`,
        cancelUrl: `${origin}${paths.cancel}?back=1`,
        locale,
      },
      { idempotencyKey: text('idempotencyKey') },
    )
    delete session.draft
    return redirect(pathIn(locale, `/checkout/pay/${order.id}`))
  } catch (error) {
    if (isApiError(error, 'cart_changed') && error.details.orderId)
      return redirect(pathIn(locale, `/orders/${error.details.orderId}`))
    const { t } = textsIn(locale)
    const failure = failureText(error, t, locale) ?? t('errors.unknown')
    return data({ failure, mend: isApiError(error) ? (pathOf[error.code] ?? null) : null }, { status: 409 })
  }
}

export default function ReviewPage({ loaderData, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const locale = useLocale()
  const isSending = useNavigation().state !== 'idle'
  const { cart, address, idempotencyKey } = loaderData
  const isBlocked = cart.problems.some(({ code }) => code !== 'code_not_applicable' && code !== 'shipping_required')
  return (
    <CheckoutFrame step="review" title={t('checkout.review')} cart={cart}>
      {actionData && (
        <div className="mb-5">
          <Notice tone="danger">
            {actionData.failure}{' '}
            {actionData.mend && (
              <a href={to(actionData.mend)} className="font-semibold underline">
                {t('checkout.edit')}
              </a>
            )}
          </Notice>
        </div>
      )}
      <dl className="grid gap-5 sm:grid-cols-2">
        <div>
          <dt className="font-semibold">{t('checkout.shipTo')}</dt>
          <dd className="mt-1">
            <PostalAddress address={address} />
            <a href={to('/checkout/address')} className="text-accent">
              {t('checkout.edit')}
            </a>
          </dd>
        </div>
        {cart.shippingOption && (
          <div>
            <dt className="font-semibold">{t('checkout.by')}</dt>
            <dd className="mt-1">
              {cart.shippingOption.name}
              <br />
              <span className="text-muted">{t('checkout.days', cart.shippingOption.estimateDays)}</span>
              <br />
              <a href={to('/checkout/delivery')} className="text-accent">
                {t('checkout.edit')}
              </a>
            </dd>
          </div>
        )}
      </dl>
      <div className="mt-5 space-y-3">
        <CartNotices problems={cart.problems} />
      </div>
      <h2 className="mt-7 mb-2 font-semibold">{t('checkout.goods')}</h2>
      <LineList lines={cart.lines} />
      <div className="mt-6">
        <CodeForm codes={cart.codes} action={to('/cart')} />
      </div>
      <Form method="post" className="mt-7">
        <input type="hidden" name="version" value={cart.version} />
        <input type="hidden" name="amountMinor" value={cart.total.amountMinor} />
        <input type="hidden" name="currency" value={cart.total.currency} />
        <input type="hidden" name="idempotencyKey" value={idempotencyKey} />
        <Button className="w-full text-lg" disabled={isSending || isBlocked} aria-busy={isSending}>
          {t('checkout.place', { total: formatMoney(cart.total, locale) })}
        </Button>
        {isBlocked && (
          <p className="mt-3 text-center">
            <a href={to('/cart')} className="text-accent">
              {t('pay.toCart')}
            </a>
          </p>
        )}
      </Form>
    </CheckoutFrame>
  )
}
