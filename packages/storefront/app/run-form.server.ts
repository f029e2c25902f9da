// Runs the call of a form. A refusal becomes what the form shows beside what was entered.
import { isApiError } from '@cartwright/sdk'
import { data } from 'react-router'
import type { Visit } from './context.ts'
import { failureText } from './failure-text.ts'
import { textsIn } from './texts/i18n.ts'

export type Entered = Record<string, string>

/** Fields whose text is never sent back to the page. */
const secretFields = new Set(['password', 'newPassword', 'currentPassword', 'code'])

export interface FormOutcome {
  entered: Entered
  /** Message by field. */
  errors: Record<string, string>
  failure: string | null
}

const shown = (entered: Entered): Entered =>
  Object.fromEntries(Object.entries(entered).filter(([name]) => !secretFields.has(name)))

/** What a form holds, without blanks around it; a password keeps its own. */
export const enteredIn = (form: FormData): Entered =>
  Object.fromEntries(
    [...form].flatMap(([name, value]) =>
      typeof value === 'string' ? [[name, secretFields.has(name) && name !== 'code' ? value : value.trim()]] : [],
    ),
  )

/**
 * @param required fields that must not be empty
 * @param work makes the call and answers with a redirect, or with what the page shows when it stays
 */
export const runForm = async <T>({ locale }: Visit, entered: Entered, required: readonly string[], work: () => Promise<T>) => {
  const { t } = textsIn(locale)
  const missing = required.filter((field) => !entered[field])
  if (missing.length > 0) {
    const errors = Object.fromEntries(missing.map((field) => [field, t('checkout.required')]))
    return data<FormOutcome>({ entered: shown(entered), errors, failure: t('checkout.invalid') }, { status: 400 })
  }
  try {
    return await work()
  } catch (error) {
    const errors = isApiError(error)
      ? Object.fromEntries(Object.entries(error.fields).map(([path, message]) => [path.split('/').at(-1) ?? '', message]))
      : {}
    const failure = failureText(error, t, locale) ?? t('errors.unknown')
    return data<FormOutcome>({ entered: shown(entered), errors, failure }, { status: isApiError(error) ? error.status : 503 })
  }
}
