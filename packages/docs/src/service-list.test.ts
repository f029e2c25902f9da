// Tests of the only list of services, `packages/contracts/src/services.ts`: other code derives its lists from it.
import { serviceNames, services } from '@cartwright/contracts'
import { allServices } from '@cartwright/shop'
import { expect, test } from 'vitest'
import { listSources, type Source } from './sources.ts'

/** Files that need one value of their own for each service. The list may only shrink. */
const exceptions = new Set([
  'packages/contracts/src/services.ts',
  // For each service with a schema: a request that only its own database can answer, and where to stop it.
  'packages/chaos/src/scenarios/databases.ts',
  'packages/chaos/src/scenarios/timed-kills.ts',
])

const most = 4
const names = new Set<string>(serviceNames)
const token = /\/\/.*|\/\*[\s\S]*?\*\/|'([^'\n]*)'|`(?:[^`\\]|\\.)*`|([A-Za-z_$][\w$]*)(?=\s*[:,}\]])|[[\]{}()]/g

/** Literals, calls and types that name more than four services between two brackets, as `path:line`. */
const listsIn = ({ path, text }: Source): string[] => {
  const found: string[] = []
  const open: Set<string>[] = [new Set()]
  for (const match of text.matchAll(token)) {
    const [all, quoted, word] = match
    if (/^[[{(]$/.test(all)) open.push(new Set())
    else if (/^[\]})]$/.test(all)) {
      const named = open.pop()
      if (named && named.size > most) found.push(`${path}:${text.slice(0, match.index).split('\n').length}`)
    } else {
      const name = quoted ?? word
      if (name !== undefined && names.has(name)) open.at(-1)?.add(name)
    }
  }
  return found
}

test('only the list of services names five or more services', () => {
  expect(
    listSources()
      .filter(({ path }) => !exceptions.has(path))
      .flatMap(listsIn),
  ).toEqual([])
})

test('the search for lists finds arrays, objects and calls', () => {
  const [a, b, c, d, e] = serviceNames
  const found = (text: string) => listsIn({ path: 'here', text, imports: [] })
  expect(found(`const a = ['${a}', '${b}', '${c}', '${d}', '${e}']`)).toEqual(['here:1'])
  expect(found(`const a = {\n ${a}: 1, ${b}: f('x'), ${c}: 3, '${d}': 4, ${e} }`)).toEqual(['here:2'])
  expect(found(`OneOf('${a}', '${b}', '${c}', '${d}', '${e}')`)).toEqual(['here:1'])
  expect(found(`const a = ['${a}', '${b}', '${c}', '${d}']`)).toEqual([])
})

test('the shop starts every service of the list', () => {
  expect(allServices.map(({ name }) => name).sort()).toEqual([...serviceNames].sort())
})

test.each(allServices)(
  '$name reads its ports and the address of its schema from the variables that the list names',
  (service) => {
    const { ports, defaultPorts, databaseUrl } = services[service.name]
    expect(service.spec.port).toMatchObject({ name: ports.http, fallback: defaultPorts.http })
    expect(service.spec.metricsPort).toMatchObject({ name: ports.metrics, fallback: defaultPorts.metrics })
    expect(service.spec.databaseUrl?.name ?? null).toBe(databaseUrl)
  },
)
