// Second step of the checkout: how it is shipped.
import type { ShippingOffer } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { data, Form, redirect } from 'react-router'
import { destinationOf } from '../address-fields.ts'
import { cartToCheckOut, draftOf } from '../checkout.server.ts'
import { CheckoutFrame } from '../components/checkout-frame.tsx'
import { Button, ButtonLink, Notice } from '../components/controls.tsx'
import { Money } from '../components/money.tsx'
import { visitContext } from '../context.ts'
import { failureText } from '../failure-text.ts'
import { useLocale, useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import { formatMoney } from '../money.ts'
import type { PageHandle } from '../root.tsx'
import { textsIn } from '../texts/i18n.ts'
import type { Route } from './+types/checkout-delivery'

export const handle: PageHandle = { hydrate: true }

export const loader = async ({ context }: Route.LoaderArgs) => {
  const visit = context.get(visitContext)
  draftOf(visit)
  const cart = await cartToCheckOut(visit)
  const needsShipping = cart.problems.some(({ code }) => code === 'shipping_required')
  // Nothing to choose: goods without weight, or a shop that charges no shipping.
  if (cart.shippingOptions.length === 0 && !needsShipping) throw redirect(pathIn(visit.locale, '/checkout/review'))
  return { cart }
}

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const destination = destinationOf(draftOf(visit).address)
  const shippingOptionId = String((await request.formData()).get('shippingOptionId') ?? '')
  try {
    await visit.client.cart.setShipping({ ...destination, shippingOptionId })
    return redirect(pathIn(visit.locale, '/checkout/review'))
  } catch (error) {
    const { t } = textsIn(visit.locale)
    return data({ failure: failureText(error, t, visit.locale) ?? t('errors.unknown') }, { status: 409 })
  }
}

const Offer = ({ offer, isChosen }: { offer: ShippingOffer; isChosen: boolean }) => {
  const { t } = useTranslation()
  const locale = useLocale()
  return (
    <label className="flex cursor-pointer items-center gap-4 rounded-[10px] border border-border p-4 has-checked:border-accent has-checked:bg-accent-ground">
      <input
        type="radio"
        name="shippingOptionId"
        value={offer.id}
        defaultChecked={isChosen}
        required
        className="size-5 accent-accent"
      />
      <span className="flex-1">
        <span className="block font-semibold">{offer.name}</span>
        <span className="block text-sm text-muted">
          {t('checkout.days', offer.estimateDays)}
          {offer.freeFrom && ` · ${t('checkout.freeFrom', { price: formatMoney(offer.freeFrom, locale) })}`}
        </span>
      </span>
      <span className="font-semibold">{offer.price.amountMinor === 0 ? t('totals.free') : <Money of={offer.price} />}</span>
    </label>
  )
}

export default function DeliveryPage({ loaderData: { cart }, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const chosen = cart.shippingOptionId ?? cart.shippingOptions[0]?.id
  return (
    <CheckoutFrame step="delivery" title={t('checkout.delivery')} cart={cart}>
      {actionData?.failure && <Notice tone="danger">{actionData.failure}</Notice>}
      {cart.shippingOptions.length === 0 ? (
        <>
          <Notice tone="warning">{t('checkout.noOptions')}</Notice>
          <p className="mt-5">
            <ButtonLink href={to('/checkout/address')}>{t('checkout.edit')}</ButtonLink>
          </p>
        </>
      ) : (
        <Form method="post">
          <fieldset className="space-y-3">
            <legend className="sr-only">{t('checkout.delivery')}</legend>
            {cart.shippingOptions.map((offer) => (
              <Offer key={offer.id} offer={offer} isChosen={offer.id === chosen} />
            ))}
          </fieldset>
          <Button className="mt-6 w-full">{t('checkout.next')}</Button>
        </Form>
      )}
    </CheckoutFrame>
  )
}
