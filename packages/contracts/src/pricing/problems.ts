// Why shipping cannot be charged, and why an entered code takes nothing off.
import { OneOf } from '../common.ts'

/** Reasons of the problem `shipping_required`. */
export const shippingProblems = ['destination_missing', 'not_deliverable', 'option_missing', 'option_not_eligible'] as const
export type ShippingProblem = (typeof shippingProblems)[number]

/** Reasons of the problem `code_not_applicable`. `used_up` is a limit of the code or its promotion, which order counts. */
export const codeProblems = [
  'not_available',
  'not_started',
  'ended',
  'currency',
  'minimum_subtotal',
  'first_order_only',
  'no_matching_lines',
  'not_combinable',
  'no_effect',
  'used_up',
] as const
export type CodeProblem = (typeof codeProblems)[number]

/** The member `reason` of a problem, whichever it is. */
export const ProblemReason = OneOf(...shippingProblems, ...codeProblems)
