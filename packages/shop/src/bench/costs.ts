// CPU profile summed by package. Time of V8's own functions counts for the calling package; idle time counts for no package.

/** Fields of a CPU profile of V8's inspector that this module reads. */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string }; children?: readonly number[] }[]
  samples?: readonly number[]
  /** Microseconds before each sample. */
  timeDeltas?: readonly number[]
}

export interface Cost {
  /** An npm package, a folder of this repository, a module of Node.js, or an activity of V8. */
  name: string
  /** Share of the time in which the main thread was not idle. */
  share: number
  /** The function with the most time; null for an activity of V8. */
  most: string | null
}

const v8Activities: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'outside JavaScript',
}

/** Package of a source: the feature of a service, else the service, the package or the library. */
export const packageOf = (url: string): string => {
  const npm = url.split('/node_modules/').at(-1)
  if (npm !== undefined && npm !== url) return (npm.startsWith('@') ? /^[^/]+\/[^/]+/ : /^[^/]+/).exec(npm)?.[0] ?? npm
  if (url.startsWith('node:')) {
    const path = url.slice(5).replace(/^internal\/(deps\/)?/, '')
    return `node:${path.split('/')[0]?.replace(/^_/, '').replace(/_.*/, '')}`
  }
  const service = /\/(services\/[^/]+)\/src\/(?:features\/([^/]+)\/)?/.exec(url)
  if (service) return service[2] ? `${service[1]}/${service[2]}` : (service[1] ?? url)
  return /\/((?:packages|infra)\/[^/]+)\//.exec(url)?.[1] ?? url
}

type Node = CpuProfile['nodes'][number]

/** Package that a function's own time counts for; null for idle time. */
const ownerOf = (node: Node, parents: ReadonlyMap<number, Node>): string | null => {
  const { functionName } = node.callFrame
  if (functionName === '(idle)') return null
  if (v8Activities[functionName]) return v8Activities[functionName]
  for (let at: Node | undefined = node; at; at = parents.get(at.id))
    if (at.callFrame.url !== '') return packageOf(at.callFrame.url)
  return v8Activities['(program)'] ?? null
}

/** Costs of a profile, largest first. */
export const costsOf = ({ nodes, samples = [], timeDeltas = [] }: CpuProfile): Cost[] => {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const parents = new Map(nodes.flatMap((node) => (node.children ?? []).map((child): [number, Node] => [child, node])))
  const costs = new Map<string, Map<string, number>>()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const node = byId.get(id)
    const owner = node ? ownerOf(node, parents) : null
    if (!node || owner === null) continue
    const spent = timeDeltas[index] ?? 0
    const functions = costs.get(owner) ?? new Map<string, number>()
    functions.set(node.callFrame.functionName, (functions.get(node.callFrame.functionName) ?? 0) + spent)
    costs.set(owner, functions)
    total += spent
  }
  return [...costs]
    .map(([name, functions]): Cost => {
      const spent = [...functions.values()].reduce((sum, value) => sum + value, 0)
      const [most] = [...functions].sort((a, b) => b[1] - a[1])
      const isFunction = !Object.values(v8Activities).includes(name)
      return { name, share: spent / total, most: isFunction ? most?.[0] || 'anonymous' : null }
    })
    .sort((a, b) => b.share - a.share)
}
