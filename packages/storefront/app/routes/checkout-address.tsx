// First step of the checkout: who gets it, and where.
import { useTranslation } from 'react-i18next'
import { Form, redirect } from 'react-router'
import { addressFields, addressIn, destinationOf, optionalFields } from '../address-fields.ts'
import { cartToCheckOut } from '../checkout.server.ts'
import { AddressFormFields } from '../components/address-form-fields.tsx'
import { CheckoutFrame } from '../components/checkout-frame.tsx'
import { Button, Notice } from '../components/controls.tsx'
import { TextField } from '../components/field.tsx'
import { fieldOf } from '../components/form-page.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import { type Entered, enteredIn, runForm } from '../run-form.server.ts'
import { shopFor } from '../shop.server.ts'
import type { Route } from './+types/checkout-address'

export const handle: PageHandle = { hydrate: true }

export const loader = async ({ context }: Route.LoaderArgs) => {
  const visit = context.get(visitContext)
  const { client, session, locale } = visit
  const isCustomer = session.tokens?.principal.role === 'customer'
  const [cart, { shop }, book] = await Promise.all([
    cartToCheckOut(visit),
    orAnswer(shopFor(client, locale)),
    isCustomer && !session.draft ? orAnswer(client.me.addresses()) : null,
  ])
  const { id: _, isDefault: __, ...known } = book?.items.find(({ isDefault }) => isDefault) ?? { id: '', isDefault: false }
  const entered: Entered = session.draft ? { email: session.draft.email ?? '', ...session.draft.address } : { ...known }
  return { cart, countries: shop.countries, isCustomer, entered }
}

const requiredAddress = addressFields.filter((field) => !optionalFields.includes(field))

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { client, locale, session } = visit
  const entered = enteredIn(await request.formData())
  const required = session.tokens?.principal.role === 'customer' ? requiredAddress : ['email', ...requiredAddress]
  return runForm(visit, entered, required, async () => {
    const address = addressIn(entered)
    await client.cart.setShipping(destinationOf(address))
    session.draft = { ...(entered.email ? { email: entered.email } : {}), address }
    return redirect(pathIn(locale, '/checkout/delivery'))
  })
}

export default function AddressPage({ loaderData, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const { cart, countries, isCustomer, entered } = loaderData
  return (
    <CheckoutFrame step="address" title={t('checkout.address')} cart={cart}>
      {!isCustomer && (
        <p className="mb-5">
          <a href={`${to('/login')}?next=${to('/checkout/address')}`}>{t('checkout.login')}</a>
        </p>
      )}
      <Form method="post" className="space-y-4" noValidate>
        {actionData?.failure && <Notice tone="danger">{actionData.failure}</Notice>}
        {!isCustomer && (
          <TextField
            {...fieldOf('email', t('checkout.email'), actionData, entered)}
            type="email"
            autoComplete="email"
            hint={t('checkout.emailHint')}
          />
        )}
        <AddressFormFields countries={countries} outcome={actionData} entered={entered} />
        <Button className="w-full">{t('checkout.next')}</Button>
      </Form>
    </CheckoutFrame>
  )
}
