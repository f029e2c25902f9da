// The form of a postal address.
import type { AddressInput, Destination } from '@cartwright/sdk'

/** Members of a postal address in the order of the form. */
export const addressFields = ['name', 'company', 'line1', 'line2', 'postalCode', 'city', 'region', 'country', 'phone'] as const
export type AddressField = (typeof addressFields)[number]
export const optionalFields: readonly AddressField[] = ['company', 'line2', 'region', 'phone']

/** The address in a form's entries, without the optional fields that were left empty. */
export const addressIn = (entered: Readonly<Record<string, string>>): AddressInput => {
  const { name = '', line1 = '', postalCode = '', city = '', country = '' } = entered
  const optional = optionalFields.flatMap((field) => (entered[field] ? [[field, entered[field]]] : []))
  return { name, line1, postalCode, city, country, ...Object.fromEntries(optional) }
}

/** Where an address is, as the cart takes it. */
export const destinationOf = ({ country, region, postalCode }: AddressInput): Destination => ({
  country,
  postalCode,
  ...(region ? { region } : {}),
})
