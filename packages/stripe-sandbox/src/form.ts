// Parser for Stripe's form encoding: `line_items[0][price_data][currency]=eur` becomes nested objects and arrays.

export interface FormObject {
  [name: string]: FormValue
}
export type FormValue = string | FormObject | FormValue[]

const keysOf = (name: string): string[] => {
  const head = /^[^[]+/.exec(name)?.[0] ?? name
  return [head, ...[...name.matchAll(/\[([^\]]*)\]/g)].map((match) => match[1] ?? '')]
}

const isObject = (value: FormValue | undefined): value is FormObject => typeof value === 'object' && !Array.isArray(value)

const arrays = (value: FormValue): FormValue => {
  if (!isObject(value)) return value
  const entries = Object.entries(value).map(([key, inner]): [string, FormValue] => [key, arrays(inner)])
  if (entries.length > 0 && entries.every(([key]) => /^\d+$/.test(key)))
    return entries.sort(([a], [b]) => Number(a) - Number(b)).map(([, inner]) => inner)
  return Object.fromEntries(entries)
}

/** Parses a form body or a query string. */
export const parseForm = (text: string): FormObject => {
  const root: FormObject = Object.create(null)
  let next = 0
  for (const [name, value] of new URLSearchParams(text)) {
    const keys = keysOf(name).map((key) => (key === '' ? String(next++) : key))
    if (keys.includes('__proto__')) continue
    let at = root
    for (const key of keys.slice(0, -1)) {
      const inner = at[key]
      const child: FormObject = isObject(inner) ? inner : {}
      at[key] = child
      at = child
    }
    at[keys.at(-1) ?? ''] = value
  }
  return Object.fromEntries(Object.entries(root).map(([key, value]) => [key, arrays(value)]))
}

export const textAt = (form: FormObject, ...path: string[]): string | undefined => {
  let at: FormValue | undefined = form
  for (const key of path) at = isObject(at) ? at[key] : undefined
  return typeof at === 'string' ? at : undefined
}

/** String members of an object in the form, such as metadata. */
export const mapAt = (form: FormObject, ...path: string[]): Record<string, string> => {
  let at: FormValue | undefined = form
  for (const key of path) at = isObject(at) ? at[key] : undefined
  if (!isObject(at)) return {}
  return Object.fromEntries(Object.entries(at).filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}

export const listAt = (form: FormObject, key: string): FormObject[] => {
  const value = form[key]
  return Array.isArray(value) ? value.filter(isObject) : []
}

/** Strings of a list such as `expand[]`. */
export const textsAt = (form: FormObject, key: string): string[] => {
  const value = form[key]
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
