// Checks that the validations of price rules share. Each returns errors with the path of the field.
import type { FieldError } from '@cartwright/contracts'
import { thousandths } from './rounding.ts'

export const error = (path: string, message: string): FieldError => ({ path, message })

/** Errors of every key but its first occurrence. */
export const repeated = (fields: readonly { path: string; key: string }[]): FieldError[] => {
  const first = new Map<string, string>()
  return fields.flatMap(({ path, key }) => {
    const earlier = first.get(key)
    if (earlier !== undefined) return [error(path, `repeats ${key}, which ${earlier} has already`)]
    first.set(key, path)
    return []
  })
}

/** The error of an upper bound that is less than its lower bound. */
export const decreasing = (
  path: string,
  lower: number | undefined,
  upper: number | undefined,
  lowerName: string,
): FieldError[] =>
  lower !== undefined && upper !== undefined && upper < lower ? [error(path, `must not be less than ${lowerName}`)] : []

/** The error of an amount that no card can be charged with. */
export const offStep = (path: string, amountMinor: number, step: number): FieldError[] =>
  amountMinor % step === 0 ? [] : [error(path, `must be a multiple of ${step} minor units, the smallest step of the currency`)]

/** @param max highest percentage that makes sense in this place */
export const percentErrors = (path: string, percent: number, min: number, max: number): FieldError[] => {
  if (!(percent >= min && percent <= max)) return [error(path, `must be a percentage from ${min} to ${max}`)]
  return Math.abs(percent * 1000 - thousandths(percent)) < 1e-6 ? [] : [error(path, 'must have at most three decimals')]
}
