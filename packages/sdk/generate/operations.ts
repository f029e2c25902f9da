// Operations of the SDK, read off the contracts: the call behind each method, encoded in one line of text.
import { adminOpsApi, apis, type Endpoint, gatewayApi, isSdkCall, type SdkMethod, sdkMethodOf } from '@cartwright/contracts'
import { IsOptional, type TSchema } from 'typebox'

export interface Operation {
  endpoint: Endpoint
  /** Null when only `request` makes the call. */
  method: SdkMethod | null
  client: SdkMethod['client']
}

/** Every call that a client of the SDK makes. */
export const listOperations = (): Operation[] =>
  [...Object.values(apis), adminOpsApi, gatewayApi]
    .flatMap((api): Endpoint[] => Object.values(api))
    .filter(isSdkCall)
    .map((endpoint) => {
      const method = sdkMethodOf(endpoint)
      return { endpoint, method, client: method?.client ?? 'shop' }
    })

const propertiesOf = (schema: TSchema | undefined): Record<string, TSchema> =>
  (schema as { properties?: Record<string, TSchema> } | undefined)?.properties ?? {}

export const requiredOf = (schema: TSchema | undefined): readonly string[] =>
  (schema as { required?: string[] } | undefined)?.required ?? []

export const pathParams = ({ path }: Endpoint): string[] => [...path.matchAll(/:([A-Za-z]+)/g)].map(([, name = '']) => name)

export const successSchemas = ({ response }: Endpoint): TSchema[] =>
  Object.entries(response)
    .filter(([status]) => Number(status) < 300)
    .map(([, schema]) => schema)

/** Whether `list()` can walk the pages of the call. */
export const isPaged = ({ query, response, success }: Endpoint): boolean =>
  'cursor' in propertiesOf(query) && 'nextCursor' in propertiesOf(response[success])

/** Whether a call of the shopper takes the client's own value of a member that was left out. */
const takesDefault = (endpoint: Endpoint, member: string): boolean => {
  if (endpoint.auth === 'admin') return false
  const input = endpoint.method === 'POST' ? endpoint.body : endpoint.query
  return member in propertiesOf(input) && !requiredOf(input).includes(member)
}

export const hasInput = ({ query, body }: Endpoint): boolean => query !== undefined || body !== undefined

/** Whether the query or the body may be left out. */
export const isInputOptional = ({ query, body }: Endpoint): boolean =>
  body === undefined ? requiredOf(query).length === 0 : IsOptional(body)

/** The wait that a call gets beside the contract's own, for the way there and back. */
const slackSec = 5

/**
 * `<method> <path> <flags>`: `s` makes a guest when there is no token, `t` sends the token that there is, `k` needs an idempotency key,
 * `i` takes a query or a body, `c` and `l` fill in currency and language, digits are seconds to wait where 10 are too few.
 */
export const encodeCall = (endpoint: Endpoint): string => {
  const { auth, idempotent, timeoutMs = 0 } = endpoint
  const flags = [
    auth === 'shopper' ? 's' : auth === 'public' ? '' : 't',
    idempotent ? 'k' : '',
    hasInput(endpoint) ? 'i' : '',
    takesDefault(endpoint, 'currency') ? 'c' : '',
    endpoint.method === 'POST' && takesDefault(endpoint, 'locale') ? 'l' : '',
    timeoutMs > 10_000 ? String(timeoutMs / 1000 + slackSec) : '',
  ].join('')
  return `${endpoint.method} ${endpoint.path}${flags === '' ? '' : ` ${flags}`}`
}
