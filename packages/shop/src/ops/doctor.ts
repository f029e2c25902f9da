// Command `doctor`: checks readiness, outbox, dead letters and invariants of every service, and lists what an operator must settle.
import { adminOpsApi, type ResponseOf } from '@cartwright/contracts'
import { type Command, type CommandContext, grid } from './command.ts'
import type { RunningShopFile } from './discovery.ts'

export interface Finding {
  subject: string
  /** `unknown` is no failure: the service is unreachable, or has not checked yet. */
  state: 'well' | 'ill' | 'unknown'
  detail: string
}

const requestTimeoutMs = 5000
/** The relay publishes within milliseconds; after a minute an invariant is violated as well. */
const waitsTooLongSec = 60

const finding = (subject: string, state: Finding['state'], detail: string): Finding => ({ subject, state, detail })

/** Samples of a metrics page by name. */
export const samplesOf = (page: string): { name: string; labels: string; value: number }[] =>
  page.split('\n').flatMap((line) => {
    const match = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line)
    return match ? [{ name: match[1] ?? '', labels: match[2] ?? '', value: Number(match[3]) }] : []
  })

const textAt = async (url: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(requestTimeoutMs) })
  return { status: response.status, text: await response.text() }
}

const readiness = async (name: string, http: string): Promise<Finding> => {
  try {
    const { status, text } = await textAt(`${http}/readyz`)
    return status === 200 ? finding(name, 'well', 'ready') : finding(name, 'ill', `not ready: ${status} ${text.slice(0, 120)}`)
  } catch {
    return finding(name, 'ill', `does not answer at ${http}`)
  }
}

type Sample = ReturnType<typeof samplesOf>[number]

/** Finding about what answers searches; none for a service that has no search. */
const judgeSearch = (name: string, samples: readonly Sample[]): Finding[] => {
  const answering = samples.find((sample) => sample.name === 'cartwright_search_answering' && sample.value === 1)
  if (answering === undefined) return []
  const engine = /engine="([^"]*)"/.exec(answering.labels)?.[1]
  const pending = samples.find((sample) => sample.name === 'cartwright_search_pending_products')?.value ?? 0
  const isCut = samples.some(
    (sample) => sample.name === 'cartwright_circuit_open' && sample.labels.includes('"elasticsearch"') && sample.value > 0,
  )
  if (isCut) return [finding(`${name} search`, 'ill', 'Elasticsearch does not answer; the database searches, without facets')]
  const detail =
    engine === 'database'
      ? 'the database searches, without facets: the index in memory is being built, switched off, or too small for the shop'
      : `the index ${engine === 'memory' ? 'in memory' : 'in Elasticsearch'} answers, ${pending} products wait to be indexed`
  return [finding(`${name} search`, 'well', detail)]
}

/** Findings about events, search and invariants from a service's metrics; the gateway has none of them. */
export const judgeMetrics = (name: string, page: string): Finding[] => {
  const samples = samplesOf(page)
  const measured = (metric: string) => samples.find((sample) => sample.name === metric)?.value
  const invariants = samples.filter((sample) => sample.name === 'cartwright_invariant_violations_total')
  if (invariants.length === 0) return []
  const [pending = 0, age = 0, dead = 0] = [
    'cartwright_outbox_pending_events',
    'cartwright_outbox_oldest_age_seconds',
    'cartwright_dead_letters_open',
  ].map(measured)
  const nameOf = (labels: string) => /invariant="([^"]*)"/.exec(labels)?.[1] ?? ''
  const now = samples.filter((sample) => sample.name === 'cartwright_invariant_violations')
  const untrue = now.filter(({ value }) => value > 0).map(({ labels, value }) => `${nameOf(labels)} (${value})`)
  const earlier = invariants.filter(({ value }) => value > 0).map(({ labels }) => nameOf(labels))
  const past = earlier.length === 0 ? '' : `; violated since the start: ${earlier.join(', ')}`
  return [
    finding(`${name} outbox`, age > waitsTooLongSec ? 'ill' : 'well', `${pending} events wait, the oldest for ${age} s`),
    finding(`${name} dead letters`, dead > 0 ? 'ill' : 'well', `${dead} open`),
    ...judgeSearch(name, samples),
    untrue.length > 0
      ? finding(`${name} invariants`, 'ill', `violated: ${untrue.join(', ')}`)
      : finding(
          `${name} invariants`,
          now.length === 0 ? 'unknown' : 'well',
          `${now.length} of ${invariants.length} checked${now.length === 0 ? ' yet' : ', all true'}${past}`,
        ),
  ]
}

const examine = async ([name, { http, metrics }]: [string, { http: string; metrics: string }]): Promise<Finding[]> => {
  const ready = await readiness(name, http)
  try {
    return [ready, ...judgeMetrics(name, (await textAt(metrics)).text)]
  } catch {
    return [ready, finding(`${name} metrics`, 'ill', `do not answer at ${metrics}`)]
  }
}

/** Findings from the admin API, which also work for a shop on another machine. */
const askGateway = async ({ api }: Pick<CommandContext, 'api'>): Promise<Finding[]> => {
  try {
    const { items, unavailable } = await (await api()).call(adminOpsApi.listDeadLetters, { query: { limit: 100 } })
    return [
      finding(
        'admin API',
        unavailable.length === 0 ? 'well' : 'ill',
        unavailable.length === 0 ? 'answers' : `no response: ${unavailable.join(', ')}`,
      ),
      finding(
        'dead letters',
        items.length === 0 ? 'well' : 'ill',
        items.length === 0 ? 'none' : `${items.length}; see dead-letters list`,
      ),
    ]
  } catch (error) {
    return [finding('admin API', 'ill', error instanceof Error ? error.message : String(error))]
  }
}

/** Open issues of each service, with the command to run next. */
export const judgeIssues = ({ items, unavailable }: ResponseOf<typeof adminOpsApi.listOpenIssues>): Finding[] => {
  const open = items.map(({ service, about, count, ids, next }) => {
    const more = count > ids.length ? ', …' : ''
    return finding(`${service}: ${about}`, 'ill', `${count}: ${ids.join(', ')}${more}; run ${next}`)
  })
  const silent = unavailable.length === 0 ? [] : [finding('open issues', 'ill', `no response: ${unavailable.join(', ')}`)]
  return open.length + silent.length === 0 ? [finding('open issues', 'well', 'none')] : [...open, ...silent]
}

const askIssues = async ({ api }: Pick<CommandContext, 'api'>): Promise<Finding[]> => {
  try {
    return judgeIssues(await (await api()).call(adminOpsApi.listOpenIssues, {}))
  } catch (error) {
    return [finding('open issues', 'unknown', error instanceof Error ? error.message : String(error))]
  }
}

const examineServices = async (running: RunningShopFile | null, url: string): Promise<Finding[]> => {
  if (running === null)
    return [
      await readiness('gateway', url),
      finding('services', 'unknown', 'run this command on the machine of the shop to check each service'),
    ]
  return (await Promise.all(Object.entries(running.services).map(examine))).flat()
}

/** Every finding about a shop, as `doctor` prints them. */
export const examineShop = async (context: Pick<CommandContext, 'api' | 'shop'>): Promise<Finding[]> => {
  const { running, credentials } = context.shop
  return [...(await examineServices(running, credentials.url)), ...(await askGateway(context)), ...(await askIssues(context))]
}

export const doctor: Command = {
  name: 'doctor',
  takes: '',
  about: 'Check readiness, events, dead letters and invariants of every service, and list what an operator must settle',
  run: async (context) => {
    const findings = await examineShop(context)
    const ill = findings.filter(({ state }) => state === 'ill')
    const words = { well: 'ok', ill: 'PROBLEM', unknown: '?' } as const
    const table = grid(
      ['STATE', 'WHAT', 'DETAIL'],
      findings.map(({ subject, state, detail }) => [words[state], subject, detail]),
    )
    const verdict = ill.length === 0 ? 'No problems found.' : `${ill.length} ${ill.length === 1 ? 'problem' : 'problems'} found.`
    return { data: { well: ill.length === 0, findings }, text: `${table}\n\n${verdict}`, failed: ill.length > 0 }
  },
}
