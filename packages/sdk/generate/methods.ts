// Methods of the SDK: the calls and the methods as data, and the interfaces that type them.
import type { Endpoint } from '@cartwright/contracts'
import { encodeCall, hasInput, isInputOptional, isPaged, listOperations, type Operation, pathParams } from './operations.ts'

/** Methods that the client writes itself, because they keep tokens or read more than one call. */
const written = new Set(['createGuest', 'login', 'verifyEmail', 'refreshTokens', 'logout', 'checkout', 'enterCartCode'])

type Client = Operation['client']
type Named = Operation & { method: NonNullable<Operation['method']> }

const isNamed = (operation: Operation): operation is Named => operation.method !== null

const namespaces = (operations: readonly Named[]): Map<string, Named[]> =>
  Map.groupBy(operations, ({ method }) => method.namespace)

/** @throws Error when two calls would be the same method */
const refuseDuplicates = (operations: readonly Named[]): void => {
  const names = operations.map(({ method }) => `${method.namespace}.${method.name}`)
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  if (twice.length > 0) throw new Error(`two calls have the SDK's method ${twice.join(', ')}: name one of them in sdk-methods.ts`)
}

const optionsOf = (endpoint: Endpoint, client: Client): string => {
  const keyed = endpoint.idempotent ? ['KeyedOptions'] : []
  const conditional = client === 'admin' && endpoint.method !== 'GET' ? ['ConditionalOptions'] : []
  return [...keyed, ...conditional].join(' & ') || 'CallOptions'
}

const signatureOf = ({ endpoint, method, client }: Named): string => {
  const types = `${client === 'shop' ? 'Shop' : 'Admin'}Operations['${endpoint.operationId}']`
  const input = endpoint.body === undefined ? 'query' : 'body'
  const parameters = [
    ...pathParams(endpoint).map((name) => `${name}: string`),
    ...(hasInput(endpoint) ? [`${input}${isInputOptional(endpoint) ? '?' : ''}: ${types}['${input}']`] : []),
    `options?: ${optionsOf(endpoint, client)}`,
  ]
  const result = isPaged(endpoint) ? 'Paged' : 'Promise'
  const text = [endpoint.summary, ...(endpoint.description ? ['', endpoint.description] : [])].join('\n     * ')
  return `    /**\n     * ${text}\n     */\n    ${method.name}(${parameters.join(', ')}): ${result}<${types}['response']>`
}

const title = (client: Client): string => (client === 'shop' ? 'Shop' : 'Admin')

/** TypeScript source of one client: `<client>Calls`, `<client>Methods` and the interface of the methods. */
export const methodsSource = (client: Client): string => {
  const operations = listOperations().filter((operation) => operation.client === client)
  const named = operations.filter(isNamed)
  refuseDuplicates(named)
  const calls = operations.map(({ endpoint }) => `  ${endpoint.operationId}: '${encodeCall(endpoint)}',`)
  const bound = namespaces(named.filter(({ endpoint }) => !written.has(endpoint.operationId)))
  const methods = [...bound].map(
    ([namespace, group]) =>
      `  ${namespace}: {\n${group
        .map(({ endpoint, method }) => `    ${method.name}: '${endpoint.operationId}${isPaged(endpoint) ? '*' : ''}',\n`)
        .join('')}  },`,
  )
  const interfaces = [...bound].map(([namespace, group]) => `  ${namespace}: {\n${group.map(signatureOf).join('\n')}\n  }`)
  const options = client === 'shop' ? 'CallOptions, KeyedOptions' : 'CallOptions, ConditionalOptions, KeyedOptions'
  return [
    '// Generated from the contracts; do not edit.',
    `import type { ${options}, Paged } from '../options.ts'`,
    `import type { ${title(client)}Operations } from './types.ts'`,
    '',
    `export const ${client}Calls: Record<keyof ${title(client)}Operations, string> = {`,
    ...calls,
    '}',
    '',
    '/** Operation of each method; `*` marks a list with pages. */',
    `export const ${client}Methods: Record<string, Record<string, string>> = {`,
    ...methods,
    '}',
    '',
    `export interface ${title(client)}Methods {`,
    ...interfaces,
    '}',
    '',
  ].join('\n')
}
