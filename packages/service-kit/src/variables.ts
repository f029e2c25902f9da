// Environment variables as declarations: kind, default, documentation, and what production refuses.
import { chooseLocale, languages, oneLine, type ServiceName, services } from '@cartwright/contracts'

/** An environment variable: its whole name, parser, default and one sentence of documentation. */
export interface Variable<T> {
  name: string
  kind: 'text' | 'integer' | 'ratio' | 'flag' | 'list'
  doc: string
  /** Printed as `***`. */
  secret: boolean
  fallback: T | undefined
  parse(text: string): T
  /** The reason why production refuses a value; null when it is accepted. */
  refuse?(value: T): string | null
}

/** Creates the function that declares variables of one kind. */
export const variable = <T>(kind: Variable<T>['kind'], parse: (text: string) => T) => {
  function declare(name: string, doc: string): Variable<T>
  function declare(name: string, doc: string, fallback: T): Variable<T>
  function declare<N>(name: string, doc: string, fallback: N): Variable<T | N>
  function declare<N>(name: string, doc: string, fallback?: T | N): Variable<T | N> {
    return { name, kind, doc, secret: false, fallback, parse }
  }
  return declare
}

const parseInteger = (text: string): number => {
  if (!/^-?\d+$/.test(text.trim())) throw new Error('is not a whole number')
  return Number(text)
}
const parseFlag = (text: string): boolean => {
  if (text === 'true' || text === '1') return true
  if (text === 'false' || text === '0') return false
  throw new Error('is neither true nor false')
}

/** Declares a text variable. Without a default it is required; with `null` it is optional. */
export const text = variable<string>('text', (value) => value)
/** Declares a whole number; name its unit in the field's name and the doc. */
export const integer = variable<number>('integer', parseInteger)
/** Declares the two ports that a service listens on; the list of services names the variables and the defaults. */
export const portsOf = (name: ServiceName) => {
  const { ports, defaultPorts } = services[name]
  return {
    port: integer(ports.http, 'Port of the HTTP server; 0 takes a free one', defaultPorts.http),
    metricsPort: integer(ports.metrics, 'Port of `/metrics`; 0 takes a free one', defaultPorts.metrics),
  }
}
/** Declares a retention in days. @param atLeast fewer days refuse to start */
export const days = (name: string, doc: string, fallback: number, atLeast = 1): Variable<number> => ({
  ...integer(name, doc, fallback),
  parse: (given) => {
    const count = parseInteger(given)
    if (count < atLeast || count > 36_500) throw new Error(`is not a number of days from ${atLeast} to 36500`)
    return count
  },
})
/** Declares a share from 0 to 1. */
export const ratio = variable<number>('ratio', (text) => {
  const share = Number(text)
  if (text.trim() === '' || !(share >= 0 && share <= 1)) throw new Error('is not a number from 0 to 1')
  return share
})
/** Declares `true` or `false`. */
export const flag = variable<boolean>('flag', parseFlag)
/** Declares a comma-separated list. */
export const textList = variable<readonly string[]>('list', (value) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean),
)
/** Declares a locale whose language the shop writes. */
export const shopLocale = variable<string>('text', (given) => {
  const locale = chooseLocale([given], '')
  if (locale === '') throw new Error(`is ${given}, but must be a locale of the languages ${languages.join(', ')}`)
  return locale
})
/** Declares a time zone of the IANA database. */
export const timeZone = variable<string>('text', (given) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: given }).resolvedOptions().timeZone
  } catch {
    throw new Error(`is ${given}, but must be a time zone such as Europe/Berlin`)
  }
})
const longestShopName = 80
/** Declares the name of the shop: one line, for the heads of mails and pages. */
export const shopNameText = variable<string>('text', (given) => {
  const name = given.trim()
  if (name.length <= longestShopName && new RegExp(oneLine, 'u').test(name)) return name
  throw new Error(`must be one line of at most ${longestShopName} characters`)
})
/** Declares a comma-separated list of web origins, each kept in the spelling in which browsers compare them. */
export const originList = variable<readonly string[]>('list', (given) =>
  given
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)
    .map((item) => {
      const url = URL.canParse(item) ? new URL(item) : null
      if (url !== null && ['http:', 'https:'].includes(url.protocol) && url.href === `${url.origin}/`) return url.origin
      throw new Error(`holds ${item}, but must hold origins such as https://shop.example, without a path`)
    }),
)
const isDevelopmentSecret = (value: unknown): boolean => typeof value === 'string' && value.startsWith('development-')
const developmentSecret = 'is a development secret: generate a new one'

/** Marks a variable as secret: it is never printed, and production refuses the secrets of the development shop. */
export const secret = <T>(declared: Variable<T>): Variable<T> => ({
  ...declared,
  secret: true,
  refuse: (value) => (isDevelopmentSecret(value) ? developmentSecret : null),
})
const shortestSecretBytes = 32
const fewestCharacters = 8

const weaknessOf = (value: string): string | null => {
  const bytes = Buffer.byteLength(value)
  if (isDevelopmentSecret(value)) return developmentSecret
  if (bytes < shortestSecretBytes) return `has ${bytes} bytes, but must have at least ${shortestSecretBytes}`
  return new Set(value).size < fewestCharacters ? 'repeats a few characters, but must be drawn at random' : null
}

/** Marks a variable as key material: production refuses a weak secret, also inside a list. */
export const keyMaterial = <T extends string | readonly string[]>(declared: Variable<T>): Variable<T> => ({
  ...secret(declared),
  refuse: (value) =>
    [value]
      .flat()
      .map(weaknessOf)
      .find((weakness) => weakness !== null) ?? null,
})
/** Marks a variable that production refuses unless it is left out or false. */
export const developmentOnly = <T>(declared: Variable<T>): Variable<T> => ({
  ...declared,
  refuse: (value) => (value === null || value === false ? null : 'is for development only: leave it out'),
})
/** Marks a number that may be smaller in tests only. */
export const atLeastInProduction = (least: number, declared: Variable<number>): Variable<number> => ({
  ...declared,
  refuse: (value) => (value < least ? `is ${value}, but must be at least ${least}` : null),
})

export type ConfigSpec = Record<string, Variable<unknown>>
export type ConfigOf<S extends ConfigSpec> = { readonly [K in keyof S]: S[K] extends Variable<infer T> ? T : never }
