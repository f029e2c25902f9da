// What a call is: the encoded line of the generated table, and the arguments of a method as the parts of a request.
import type { Input } from './attempt.ts'

export interface Call {
  method: string
  path: string
  /** `shopper` makes a guest when there is no token; `token` sends the one that there is. */
  access: 'public' | 'shopper' | 'token'
  isKeyed: boolean
  hasInput: boolean
  takesCurrency: boolean
  takesLocale: boolean
  /** Milliseconds that the call needs at most; 0 where the client's own limit is enough. */
  timeoutMs: number
}

/** Reads `<method> <path> <flags>`; `encodeCall` of the generator says what the flags mean. */
export const parseCall = (line: string): Call => {
  const [method = '', path = '', flags = ''] = line.split(' ')
  const has = (flag: string) => flags.includes(flag)
  return {
    method,
    path,
    access: has('s') ? 'shopper' : has('t') ? 'token' : 'public',
    isKeyed: has('k'),
    hasInput: has('i'),
    takesCurrency: has('c'),
    takesLocale: has('l'),
    timeoutMs: Number.parseInt(flags.replace(/\D/g, '') || '0', 10) * 1000,
  }
}

/** Whether a failure that leaves open what happened may be tried again. */
export const isRepeatable = ({ method, isKeyed }: Call): boolean => isKeyed || ['GET', 'PUT', 'DELETE'].includes(method)

/** Arguments of a method: path parameters, then the query or the body if the call has one, then options. */
export const splitArguments = (call: Call, values: readonly unknown[]): { input: Input; options: object | undefined } => {
  const rest = [...values]
  const names = [...call.path.matchAll(/:([A-Za-z]+)/g)].map(([, name = '']) => name)
  const params = Object.fromEntries(names.map((name) => [name, rest.shift()]))
  const given = call.hasInput ? rest.shift() : undefined
  const input: Input = call.method === 'GET' ? { params, query: (given ?? {}) as object } : { params, body: given }
  return { input, options: rest[0] as object | undefined }
}
