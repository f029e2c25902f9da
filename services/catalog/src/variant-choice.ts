// Which of its product's choices a variant is: one declared value for every declared option, and no two variants the same. Pure.
import { AppError } from '@cartwright/contracts'
import type { Option } from './product.ts'

export type Choice = Readonly<Record<string, string>>
interface FieldError {
  path: string
  message: string
}

/** One spelling of a name or a value: composed characters. */
const composed = (text: string): string => text.normalize('NFC')
const composedChoice = (choice: Choice): Record<string, string> =>
  Object.fromEntries(Object.entries(choice).map(([name, value]) => [composed(name), composed(value)]))
export const composedOptions = (options: readonly Option[]): Option[] =>
  options.map(({ name, values }) => ({ name: composed(name), values: values.map(composed) }))

/** The same for the same values, in whatever order they are named. */
const keyOf = (choice: Choice): string =>
  JSON.stringify(Object.entries(choice).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

/** Names and values that differ in blanks or case only are one to a shopper. */
const looksLike = (text: string): string => text.trim().toLowerCase()
const repeatedAt = (texts: readonly string[]): number[] => {
  const looks = texts.map(looksLike)
  return looks.flatMap((look, index) => (looks.indexOf(look) < index ? [index] : []))
}

const refuse = (errors: readonly FieldError[]): void => {
  const [first] = errors
  if (first) throw new AppError('validation_failed', first.message, { errors: errors.slice(0, 20) })
}

/** @throws AppError validation_failed when an option or a value of one is declared twice */
export const assertOptions = (options: readonly Option[]): void =>
  refuse([
    ...repeatedAt(options.map(({ name }) => name)).map((index) => ({
      path: `/options/${index}/name`,
      message: 'the option is declared twice',
    })),
    ...options.flatMap(({ values }, index) =>
      repeatedAt(values).map((at) => ({ path: `/options/${index}/values/${at}`, message: 'the value is declared twice' })),
    ),
  ])

const troublesOf = (options: readonly Option[], choice: Choice): string[] => {
  const chosen = new Map(Object.entries(choice))
  const undeclared = [...chosen.keys()].filter((name) => !options.some((option) => option.name === name))
  return [
    ...undeclared.map((name) => `the product has no option ${name}`),
    ...options.flatMap(({ name, values }) => {
      const value = chosen.get(name)
      if (value === undefined) return [`the option ${name} has no value`]
      return values.includes(value) ? [] : [`${value} is no value of the option ${name}`]
    }),
  ]
}

/**
 * The choice as it is kept.
 * @param path where it stands in the body
 * @throws AppError validation_failed when it is not one of the product's
 */
export const assertChoice = (options: readonly Option[], choice: Choice, path: string): Record<string, string> => {
  const kept = composedChoice(choice)
  refuse(troublesOf(options, kept).map((message) => ({ path, message })))
  return kept
}

/** A variant as far as its choice goes. */
interface Chooser {
  sku: string
  options: Choice
}

/** @throws AppError variant_taken when another one is the same choice */
export const assertFree = (others: readonly Chooser[], choice: Choice): void => {
  const same = others.find(({ options }) => keyOf(options) === keyOf(choice))
  if (same) throw new AppError('variant_taken', `${same.sku} is the variant with these options`, { sku: same.sku })
}

/** @throws AppError options_in_use when a variant is no longer one of the choices, variant_taken when two are the same */
export const assertAllFit = (options: readonly Option[], variants: readonly Chooser[]): void => {
  const lost = variants.filter((variant) => troublesOf(options, variant.options).length > 0)
  if (lost.length > 0) {
    const skus = lost.map(({ sku }) => sku)
    const reasons = lost.slice(0, 3).map((variant) => `${variant.sku}: ${troublesOf(options, variant.options)[0]}`)
    throw new AppError('options_in_use', reasons.join('; '), { skus })
  }
  for (const [index, variant] of variants.entries()) assertFree(variants.slice(0, index), variant.options)
}
