// Choices of variants: one declared value for every declared option, and no two variants of a product with the same values. Pure.
import { AppError } from '@cartwright/contracts'
import type { Option } from '../db/product-state.ts'

export type Choice = Readonly<Record<string, string>>
interface FieldError {
  path: string
  message: string
}

/** Normalizes a name or a value to composed characters. */
const composed = (text: string): string => text.normalize('NFC')
const composedChoice = (choice: Choice): Record<string, string> =>
  Object.fromEntries(Object.entries(choice).map(([name, value]) => [composed(name), composed(value)]))
export const composedOptions = (options: readonly Option[]): Option[] =>
  options.map(({ name, values }) => ({ name: composed(name), values: values.map(composed) }))

/** Key of a choice, independent of the order of its options. */
const keyOf = (choice: Choice): string =>
  JSON.stringify(Object.entries(choice).toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))

/** Names and values that differ in spaces or case only count as the same. */
const comparable = (text: string): string => text.trim().toLowerCase()
const repeatedAt = (texts: readonly string[]): number[] => {
  const keys = texts.map(comparable)
  return keys.flatMap((key, index) => (keys.indexOf(key) < index ? [index] : []))
}

const refuse = (errors: readonly FieldError[]): void => {
  const [first] = errors
  if (first) throw new AppError('validation_failed', { detail: first.message, extra: { errors: errors.slice(0, 20) } })
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

const problemsOf = (options: readonly Option[], choice: Choice): string[] => {
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
 * Checks a choice against the declared options. @returns the choice to store
 * @param path JSON pointer of the choice in the request
 * @throws AppError validation_failed when an option or a value is not declared
 */
export const assertChoice = (options: readonly Option[], choice: Choice, path: string): Record<string, string> => {
  const stored = composedChoice(choice)
  refuse(problemsOf(options, stored).map((message) => ({ path, message })))
  return stored
}

/** SKU and choice of a variant. */
interface ChosenVariant {
  sku: string
  options: Choice
}

/** @throws AppError variant_taken when another variant has the same choice */
export const assertFree = (others: readonly ChosenVariant[], choice: Choice): void => {
  const same = others.find(({ options }) => keyOf(options) === keyOf(choice))
  if (same)
    throw new AppError('variant_taken', { detail: `${same.sku} is the variant with these options`, extra: { sku: same.sku } })
}

/** @throws AppError options_in_use when the options do not allow a variant's choice, variant_taken when two variants have the same */
export const assertAllFit = (options: readonly Option[], variants: readonly ChosenVariant[]): void => {
  const unfit = variants.filter((variant) => problemsOf(options, variant.options).length > 0)
  if (unfit.length > 0) {
    const skus = unfit.map(({ sku }) => sku)
    const reasons = unfit.slice(0, 3).map((variant) => `${variant.sku}: ${problemsOf(options, variant.options)[0]}`)
    throw new AppError('options_in_use', { detail: reasons.join('; '), extra: { skus } })
  }
  for (const [index, variant] of variants.entries()) assertFree(variants.slice(0, index), variant.options)
}
