// The fields of a postal address, with the names that browsers fill in.
import { useTranslation } from 'react-i18next'
import { type AddressField, addressFields, optionalFields } from '../address-fields.ts'
import type { FormOutcome } from '../run-form.server.ts'
import { SelectField, TextField } from './field.tsx'
import { fieldOf } from './form-page.tsx'

const autoComplete: Record<AddressField, string> = {
  name: 'name',
  company: 'organization',
  line1: 'address-line1',
  line2: 'address-line2',
  postalCode: 'postal-code',
  city: 'address-level2',
  region: 'address-level1',
  country: 'country',
  phone: 'tel',
}
const halfWidth: readonly AddressField[] = ['postalCode', 'city', 'region', 'country']

interface AddressFormFieldsProps {
  countries: readonly { code: string; name: string }[]
  outcome: Partial<FormOutcome> | undefined
  entered: Record<string, string>
}

export const AddressFormFields = ({ countries, outcome, entered }: AddressFormFieldsProps) => {
  const { t } = useTranslation()
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      {addressFields.map((field) => {
        const shared = { ...fieldOf(field, t(`checkout.${field}`), outcome, entered), autoComplete: autoComplete[field] }
        return (
          <div key={field} className={halfWidth.includes(field) ? '' : 'sm:col-span-2'}>
            {field === 'country' ? (
              <SelectField {...shared}>
                <option value="">{t('checkout.chooseCountry')}</option>
                {countries.map(({ code, name }) => (
                  <option key={code} value={code}>
                    {name}
                  </option>
                ))}
              </SelectField>
            ) : (
              <TextField
                {...shared}
                isOptional={optionalFields.includes(field)}
                type={field === 'phone' ? 'tel' : 'text'}
                maxLength={200}
              />
            )}
          </div>
        )
      })}
    </div>
  )
}
