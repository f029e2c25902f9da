// Lists and expansion as at Stripe: newest first, cursors by id, and ids that are replaced by objects on request.
import { type FormObject, textAt } from './form.ts'
import { type Shape, wholeNumber } from './params.ts'
import type { State } from './state.ts'
import { invalid } from './stripe-error.ts'

export const listShape = {
  limit: 'text',
  starting_after: 'text',
  ending_before: 'text',
  created: 'range',
  expand: 'texts',
} as const satisfies Record<string, Shape>

interface Listed {
  id: string
  created: number
}
export interface Page {
  object: 'list'
  url: string
  has_more: boolean
  data: unknown[]
}

const limitOf = (query: FormObject): number => {
  const given = textAt(query, 'limit')
  const limit = given === undefined ? 10 : wholeNumber(given, 'limit')
  if (limit < 1 || limit > 100) throw invalid('This value must be between 1 and 100.', 'limit', 'parameter_invalid_integer')
  return limit
}

const createdIn = (query: FormObject): ((created: number) => boolean) => {
  const exact = textAt(query, 'created')
  if (exact !== undefined) return (created) => created === wholeNumber(exact, 'created')
  const bound = (name: string, fallback: number) => {
    const given = textAt(query, 'created', name)
    return given === undefined ? fallback : wholeNumber(given, `created[${name}]`)
  }
  const [gt, gte, lt, lte] = [
    bound('gt', -1),
    bound('gte', 0),
    bound('lt', Number.MAX_SAFE_INTEGER),
    bound('lte', Number.MAX_SAFE_INTEGER),
  ]
  return (created) => created > gt && created >= gte && created < lt && created <= lte
}

const positionOf = (items: readonly Listed[], id: string, param: string): number => {
  const at = items.findIndex((item) => item.id === id)
  if (at < 0) throw invalid(`No such object: '${id}'`, param, 'resource_missing')
  return at
}

/** One page. @param matches further conditions of the list's own filters */
export const listOf = <T extends Listed>(
  url: string,
  all: Iterable<T>,
  query: FormObject,
  matches: (item: T) => boolean,
  render: (item: T) => unknown = (item) => item,
): Page => {
  const limit = limitOf(query)
  const inRange = createdIn(query)
  const items = [...all].reverse().filter((item) => inRange(item.created) && matches(item))
  const before = textAt(query, 'ending_before')
  if (before !== undefined) {
    const until = positionOf(items, before, 'ending_before')
    return { object: 'list', url, has_more: until > limit, data: items.slice(Math.max(0, until - limit), until).map(render) }
  }
  const after = textAt(query, 'starting_after')
  const from = after === undefined ? 0 : positionOf(items, after, 'starting_after') + 1
  return { object: 'list', url, has_more: items.length > from + limit, data: items.slice(from, from + limit).map(render) }
}

type JsonRecord = Record<string, unknown>
const isRecord = (value: unknown): value is JsonRecord => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Members that hold an id, and the map with their objects. */
const references: Record<string, Record<string, keyof State>> = {
  'checkout.session': { payment_intent: 'intents', line_items: 'lineItems' },
  payment_intent: { latest_charge: 'charges' },
  charge: { payment_intent: 'intents' },
  refund: { charge: 'charges', payment_intent: 'intents' },
  dispute: { charge: 'charges', payment_intent: 'intents' },
}

const resolveReference = (state: State, object: JsonRecord, name: string): unknown => {
  const kind = references[String(object.object)]?.[name]
  if (kind === undefined) throw invalid(`This property cannot be expanded (${name}).`, 'expand')
  if (kind === 'lineItems')
    return {
      object: 'list',
      has_more: false,
      url: `/v1/checkout/sessions/${String(object.id)}/line_items`,
      data: state.lineItems.get(String(object.id)) ?? [],
    }
  const id = object[name]
  return typeof id === 'string' ? state[kind].get(id) : id
}

const expandPath = (state: State, object: unknown, [name, ...rest]: readonly string[]): unknown => {
  if (name === undefined || !isRecord(object)) return object
  if (object.object === 'list' && name === 'data')
    return { ...object, data: (object.data as unknown[]).map((item) => expandPath(state, item, rest)) }
  const inner = isRecord(object[name]) ? object[name] : resolveReference(state, object, name)
  return { ...object, [name]: expandPath(state, inner, rest) }
}

/** Replaces ids by objects along paths such as `data.payment_intent.latest_charge`. @throws StripeFailure when a member cannot be expanded */
export const expanded = (state: State, object: unknown, paths: readonly string[]): unknown =>
  paths.reduce((render: unknown, path) => expandPath(state, render, path.split('.')), object)
