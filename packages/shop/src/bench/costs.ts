// What a CPU profile says, by package: the time of V8's own functions belongs to whoever called them, waiting to nobody.

/** The members of a CPU profile, as V8's inspector gives it, that are read here. */
export interface CpuProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string }; children?: readonly number[] }[]
  samples?: readonly number[]
  /** Microseconds before each sample. */
  timeDeltas?: readonly number[]
}

export interface Cost {
  /** An npm package, a folder of ours, a module of Node.js, or what V8 does by itself. */
  name: string
  /** Of the time in which the main thread was not waiting. */
  share: number
  /** The function that most of it is spent in; null for what is no function. */
  most: string | null
}

const own: Readonly<Record<string, string>> = {
  '(garbage collector)': 'garbage collection',
  '(program)': 'outside JavaScript',
}

/** A service's folder is a use case of it; of other packages the package is enough. */
export const packageOf = (url: string): string => {
  const npm = url.split('/node_modules/').at(-1)
  if (npm !== undefined && npm !== url) return (npm.startsWith('@') ? /^[^/]+\/[^/]+/ : /^[^/]+/).exec(npm)?.[0] ?? npm
  if (url.startsWith('node:')) {
    const path = url.slice(5).replace(/^internal\/(deps\/)?/, '')
    return `node:${path.split('/')[0]?.replace(/^_/, '').replace(/_.*/, '')}`
  }
  const service = /\/(services\/[^/]+)\/src\/(?:([^/]+)\/)?/.exec(url)
  if (service) return service[2] ? `${service[1]}/${service[2]}` : (service[1] ?? url)
  return /\/((?:packages|infra)\/[^/]+)\//.exec(url)?.[1] ?? url
}

type Node = CpuProfile['nodes'][number]

/** Where a function's own time goes; null for waiting. */
const ownerOf = (node: Node, parents: ReadonlyMap<number, Node>): string | null => {
  const { functionName } = node.callFrame
  if (functionName === '(idle)') return null
  if (own[functionName]) return own[functionName]
  for (let at: Node | undefined = node; at; at = parents.get(at.id))
    if (at.callFrame.url !== '') return packageOf(at.callFrame.url)
  return own['(program)'] ?? null
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
      const isFunction = !Object.values(own).includes(name)
      return { name, share: spent / total, most: isFunction ? most?.[0] || 'anonymous' : null }
    })
    .sort((a, b) => b.share - a.share)
}
