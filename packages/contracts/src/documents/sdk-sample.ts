// Sample of an operation with the SDK, for the API reference: the same values as in the examples of the contract.
import type { Endpoint } from '../endpoint.ts'
import { isSdkCall, type SdkMethod, sdkMethodOf } from './sdk-methods.ts'

const indent = (text: string): string => text.replaceAll('\n', '\n  ')

const key = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : `'${name}'`)

/** A value of JSON as TypeScript: in one line when that is short. */
const literal = (value: unknown): string => {
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const parts = Array.isArray(value)
    ? value.map(literal)
    : Object.entries(value).flatMap(([name, member]) => (member === undefined ? [] : [`${key(name)}: ${literal(member)}`]))
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  const space = open === '{' ? ' ' : ''
  const line = `${open}${space}${parts.join(', ')}${space}${close}`
  return line.length <= 72 && !line.includes('\n') ? line : `${open}\n  ${parts.map(indent).join(',\n  ')},\n${close}`
}

const isPaged = ({ query, response, success }: Endpoint): boolean =>
  'cursor' in ((query as { properties?: object } | undefined)?.properties ?? {}) &&
  'nextCursor' in ((response[success] as { properties?: object }).properties ?? {})

/** Arguments of a method: path parameters, then the query or the body. */
const argumentsOf = ({ path, query, body, examples }: Endpoint): string => {
  const params = [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name = '']) => literal(examples?.params?.[name]))
  const given = query === undefined ? body && examples?.body : examples?.query
  return [...params, ...(given === undefined ? [] : [literal(given)])].join(', ')
}

/** Calls whose method takes something else than the parts of the request. */
const ownArguments: Readonly<Record<string, (endpoint: Endpoint) => string>> = {
  checkout: ({ examples }) => {
    const { cartVersion: _, expectedTotal: __, ...rest } = (examples?.body ?? {}) as Record<string, unknown>
    return literal({ cart: 0, ...rest }).replace('cart: 0', 'cart: await shop.cart.get()')
  },
  enterCartCode: ({ examples }) => literal(((examples?.body ?? {}) as { code?: string }).code),
  createGuest: () => '',
  refreshTokens: () => '',
  logout: () => '',
}

const clients: Readonly<Record<SdkMethod['client'], { factory: string; module: string }>> = {
  shop: { factory: 'createClient', module: '@cartwright/sdk' },
  admin: { factory: 'createAdminClient', module: '@cartwright/sdk/admin' },
}

const callOf = (endpoint: Endpoint, method: SdkMethod | null): string => {
  const { operationId, examples = {}, success } = endpoint
  if (method === null) {
    const { params, query, body } = examples
    const input = { ...(params && { params }), ...(query && { query }), ...(body === undefined ? {} : { body }) }
    const given = Object.keys(input).length === 0 ? '' : `, ${literal(input)}`
    return `const answer = await shop.request('${operationId}'${given})`
  }
  const { client, namespace, name } = method
  const call = `${client}.${namespace}.${name}(${(ownArguments[operationId] ?? argumentsOf)(endpoint)})`
  if (isPaged(endpoint) || operationId in streams) return `for await (const item of ${call}) {\n  console.log(item)\n}`
  return success === 204 ? `await ${call}` : `const answer = await ${call}`
}

/** Streams that a method of the SDK reads, by operation. */
const streams: Readonly<Record<string, SdkMethod>> = {
  streamOrder: { client: 'shop', namespace: 'orders', name: 'events' },
}

/** TypeScript that makes a call with the SDK; null for calls that no client of the SDK makes. */
export const sdkSample = (endpoint: Endpoint, publicUrl: string): string | null => {
  const stream = streams[endpoint.operationId]
  if (!isSdkCall(endpoint) && stream === undefined) return null
  const method = stream ?? sdkMethodOf(endpoint)
  const client = method?.client ?? 'shop'
  const { factory, module } = clients[client]
  return [
    `import { ${factory} } from '${module}'`,
    '',
    `const ${client} = ${factory}({ baseUrl: '${publicUrl}' })`,
    callOf(endpoint, method),
  ].join('\n')
}
