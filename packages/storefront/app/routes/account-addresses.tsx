// The customer's address book.
import { useTranslation } from 'react-i18next'
import { data, Form } from 'react-router'
import { assertCustomer } from '../account.server.ts'
import { addressFields, addressIn, optionalFields } from '../address-fields.ts'
import { AddressFormFields } from '../components/address-form-fields.tsx'
import { Button, Card, Notice } from '../components/controls.tsx'
import { PostalAddress } from '../components/postal-address.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { enteredIn, runForm } from '../run-form.server.ts'
import { shopFor } from '../shop.server.ts'
import type { Route } from './+types/account-addresses'

export const loader = async ({ request, context }: Route.LoaderArgs) => {
  const visit = context.get(visitContext)
  assertCustomer(visit, request)
  const [{ items }, { shop }] = await orAnswer(Promise.all([visit.client.me.addresses(), shopFor(visit.client, visit.locale)]))
  return { addresses: items, countries: shop.countries }
}

const required = addressFields.filter((field) => !optionalFields.includes(field))

export const action = async ({ request, context }: Route.ActionArgs) => {
  const visit = context.get(visitContext)
  const { me } = visit.client
  const entered = enteredIn(await request.formData())
  const { intent, addressId = '' } = entered
  return runForm(visit, entered, intent === 'add' ? required : [], async () => {
    if (intent === 'remove') await me.deleteAddress(addressId)
    else if (intent === 'default') await me.updateAddress(addressId, { isDefault: true })
    else await me.addAddress(addressIn(entered))
    return data({ entered: {}, errors: {}, failure: null })
  })
}

export default function AddressesPage({ loaderData: { addresses, countries }, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  return (
    <Card>
      <title>{t('account.pages.addresses')}</title>
      <h1 className="mb-4 text-2xl font-bold tracking-tight">{t('account.pages.addresses')}</h1>
      <ul className="grid gap-4 sm:grid-cols-2">
        {addresses.map(({ id, isDefault, ...address }) => (
          <li key={id} className="rounded-[10px] border border-line p-4">
            <PostalAddress address={address} />
            <Form method="post" className="mt-2 flex flex-wrap items-center gap-2">
              <input type="hidden" name="addressId" value={id} />
              {isDefault ? (
                <span className="rounded-full bg-accent-ground px-3 py-1 text-sm text-accent">{t('account.defaultAddress')}</span>
              ) : (
                <Button kind="plain" name="intent" value="default">
                  {t('account.makeDefault')}
                </Button>
              )}
              <Button kind="plain" name="intent" value="remove">
                {t('cart.remove')}
              </Button>
            </Form>
          </li>
        ))}
      </ul>
      <h2 className="mt-8 mb-3 text-xl font-semibold">{t('account.addAddress')}</h2>
      <Form key={addresses.length} method="post" className="space-y-4" noValidate>
        {actionData?.failure && <Notice tone="danger">{actionData.failure}</Notice>}
        <AddressFormFields countries={countries} outcome={actionData} entered={{}} />
        <Button name="intent" value="add">
          {t('account.addAddress')}
        </Button>
      </Form>
    </Card>
  )
}
