// Promotion codes of the cart: entered, shown, removed.
import type { CartCode } from '@cartwright/sdk'
import { useId } from 'react'
import { useTranslation } from 'react-i18next'
import { useFetcher } from 'react-router'
import { Button } from './controls.tsx'

/** @param action address of the page whose action knows `enter-code` and `remove-code` */
export const CodeForm = ({ codes, action }: { codes: readonly CartCode[]; action: string }) => {
  const { t } = useTranslation()
  const id = useId()
  const fetcher = useFetcher<{ failure: string | null }>()
  const failure = fetcher.data?.failure
  return (
    <div>
      {codes.length > 0 && (
        <ul className="mb-3 flex flex-wrap gap-2">
          {codes.map(({ code }) => (
            <li key={code}>
              <fetcher.Form
                method="post"
                action={action}
                className="flex items-center rounded-full bg-accent-ground pl-3 text-accent"
              >
                <span className="font-mono text-sm">{code}</span>
                <input type="hidden" name="code" value={code} />
                <button
                  type="submit"
                  name="intent"
                  value="remove-code"
                  aria-label={t('cart.removeCode', { code })}
                  className="px-3 py-1.5"
                >
                  ×
                </button>
              </fetcher.Form>
            </li>
          ))}
        </ul>
      )}
      <fetcher.Form method="post" action={action}>
        <label htmlFor={id} className="mb-1 block font-medium">
          {t('cart.code')}
        </label>
        <div className="flex gap-2">
          <input
            id={id}
            name="code"
            required
            autoCapitalize="characters"
            autoComplete="off"
            aria-invalid={failure ? true : undefined}
            aria-describedby={failure ? `${id}-note` : undefined}
            className="min-h-11 w-full min-w-0 rounded-[10px] border border-border bg-paper px-3 aria-invalid:border-danger"
          />
          <Button kind="quiet" name="intent" value="enter-code">
            {t('cart.enterCode')}
          </Button>
        </div>
        {failure && (
          <p id={`${id}-note`} role="alert" className="mt-1 text-sm text-danger">
            {failure}
          </p>
        )}
      </fetcher.Form>
    </div>
  )
}
