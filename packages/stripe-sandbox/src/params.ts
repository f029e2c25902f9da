// Parameter validation as at Stripe: unknown parameters are refused by name, numbers must be numbers.
import type { FormObject, FormValue } from './form.ts'
import { invalid } from './stripe-error.ts'

/** The type of a parameter: text, metadata, a list of texts, a number or a range, a list of objects, or named members. */
export type Shape = 'text' | 'map' | 'texts' | 'range' | readonly [Shape] | { readonly [name: string]: Shape }

const isMembers = (value: FormValue): value is FormObject => typeof value === 'object' && !Array.isArray(value)
const isNamed = (shape: Shape): shape is { readonly [name: string]: Shape } => typeof shape === 'object' && !Array.isArray(shape)

const checkMembers = (form: FormObject, shape: { readonly [name: string]: Shape }, path: string): void => {
  for (const [name, value] of Object.entries(form)) {
    const param = path === '' ? name : `${path}[${name}]`
    const inner = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (inner === undefined) throw invalid(`Received unknown parameter: ${param}`, param, 'parameter_unknown')
    checkValue(value, inner, param)
  }
}

const ranges: Shape = { gt: 'text', gte: 'text', lt: 'text', lte: 'text' }

const checkValue = (value: FormValue, shape: Shape, param: string): void => {
  if (shape === 'text' && typeof value !== 'string') throw invalid(`Invalid string: ${JSON.stringify(value)}`, param)
  if (shape === 'map' && typeof value === 'string' && value !== '') throw invalid('Invalid object', param)
  if (shape === 'texts' && !(Array.isArray(value) && value.every((item) => typeof item === 'string')))
    throw invalid('Invalid array', param)
  if (shape === 'range') {
    if (isMembers(value)) checkMembers(value, ranges, param)
    return
  }
  if (Array.isArray(shape)) {
    if (!Array.isArray(value)) throw invalid('Invalid array', param)
    for (const [index, item] of value.entries()) checkValue(item, shape[0] as Shape, `${param}[${index}]`)
  } else if (isNamed(shape)) {
    if (!isMembers(value)) throw invalid('Invalid object', param)
    checkMembers(value, shape, param)
  }
}

/** @throws StripeFailure parameter_unknown, or another one that names the wrong parameter */
export const checkParams = (form: FormObject, shape: { readonly [name: string]: Shape }): void => checkMembers(form, shape, '')

/** @throws StripeFailure parameter_invalid_integer */
export const wholeNumber = (text: string | undefined, param: string): number => {
  if (text === undefined || !/^-?\d{1,15}$/.test(text))
    throw invalid(`Invalid integer: ${text ?? ''}`, param, 'parameter_invalid_integer')
  return Number(text)
}

/** @throws StripeFailure parameter_missing */
export const required = (text: string | undefined, param: string): string => {
  if (text === undefined || text === '') throw invalid(`Missing required param: ${param}.`, param, 'parameter_missing')
  return text
}

/** @throws StripeFailure url_invalid */
export const webAddress = (text: string, param: string): string => {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) throw invalid('Not a valid URL', param, 'url_invalid')
  return text
}
