// Fields of forms: label, hint and error belong together for eyes and screen readers.
import type { ComponentProps, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'

interface Shared {
  label: string
  hint?: string | undefined
  error?: string | undefined
  isOptional?: boolean
}

const look = 'min-h-11 w-full rounded-[10px] border bg-paper px-3 py-2 aria-invalid:border-danger border-border'

const Frame = ({ id, label, hint, error, isOptional, children }: Shared & { id: string; children: ReactNode }) => {
  const { t } = useTranslation()
  return (
    <div>
      <label htmlFor={id} className="mb-1 block font-medium">
        {label}
        {isOptional && <span className="font-normal text-muted"> ({t('checkout.optional')})</span>}
      </label>
      {children}
      {error ? (
        <p id={`${id}-note`} className="mt-1 text-sm text-danger">
          {error}
        </p>
      ) : (
        hint && (
          <p id={`${id}-note`} className="mt-1 text-sm text-muted">
            {hint}
          </p>
        )
      )}
    </div>
  )
}

type Described = Shared & { name: string; isFirstError?: boolean }

const attributesOf = ({ name, hint, error, isOptional, isFirstError }: Described) => ({
  id: name,
  name,
  required: !isOptional,
  'aria-invalid': error ? true : undefined,
  'aria-describedby': error || hint ? `${name}-note` : undefined,
  autoFocus: isFirstError && error ? true : undefined,
  className: look,
})

export const TextField = ({
  label,
  hint,
  error,
  isOptional,
  isFirstError,
  name,
  ...rest
}: Described & ComponentProps<'input'>) => {
  const described = { label, hint, error, isOptional, isFirstError, name } as Described
  return (
    <Frame id={name} label={label} hint={hint} error={error} isOptional={isOptional ?? false}>
      <input {...attributesOf(described)} {...rest} />
    </Frame>
  )
}

export const SelectField = ({
  label,
  hint,
  error,
  isOptional,
  isFirstError,
  name,
  children,
  ...rest
}: Described & ComponentProps<'select'>) => {
  const described = { label, hint, error, isOptional, isFirstError, name } as Described
  return (
    <Frame id={name} label={label} hint={hint} error={error} isOptional={isOptional ?? false}>
      <select {...attributesOf(described)} {...rest}>
        {children}
      </select>
    </Frame>
  )
}
