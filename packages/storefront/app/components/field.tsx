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

/** Parts the members of a field into those of its frame and the attributes of its control. */
const partsOf = <T extends Described>({ label, hint, error, isOptional = false, isFirstError, name, ...rest }: T) => ({
  frame: { id: name, label, hint, error, isOptional },
  control: {
    id: name,
    name,
    required: !isOptional,
    'aria-invalid': error ? true : undefined,
    'aria-describedby': error || hint ? `${name}-note` : undefined,
    autoFocus: isFirstError && error ? true : undefined,
    className: look,
    ...rest,
  },
})

export const TextField = (props: Described & ComponentProps<'input'>) => {
  const { frame, control } = partsOf(props)
  return (
    <Frame {...frame}>
      <input {...control} />
    </Frame>
  )
}

export const SelectField = (props: Described & ComponentProps<'select'>) => {
  const { frame, control } = partsOf(props)
  return (
    <Frame {...frame}>
      <select {...control} />
    </Frame>
  )
}
