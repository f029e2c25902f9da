// Examines the whole shop: is every service ready, does any event wait or lie dead, is every invariant true, does anything need a person.
import { adminOpsApi, type ResponseOf } from '@cartwright/contracts'
import { type Command, type CommandContext, grid } from './command.ts'
import type { RunningShopFile } from './surroundings.ts'

export interface Finding {
  subject: string
  /** `unknown` is no failure: nothing could be asked, or nothing has looked yet. */
  state: 'well' | 'ill' | 'unknown'
  detail: string
}

const patienceMs = 5000
/** Events leave within milliseconds; after a minute an invariant speaks as well. */
const waitsTooLongSec = 60

const finding = (subject: string, state: Finding['state'], detail: string): Finding => ({ subject, state, detail })

/** Samples of a metrics page by name. */
export const samplesOf = (page: string): { name: string; labels: string; value: number }[] =>
  page.split('\n').flatMap((line) => {
    const match = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/i.exec(line)
    return match ? [{ name: match[1] ?? '', labels: match[2] ?? '', value: Number(match[3]) }] : []
  })

const textAt = async (url: string): Promise<{ status: number; text: string }> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) })
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

/** What a service's metrics say about its events and invariants; the gateway has neither. */
export const judgeMetrics = (name: string, page: string): Finding[] => {
  const samples = samplesOf(page)
  const measured = (metric: string) => samples.find((sample) => sample.name === metric)?.value
  const invariants = samples.filter((sample) => sample.name === 'invariant_violations_total')
  if (invariants.length === 0) return []
  const [pending = 0, age = 0, dead = 0] = ['outbox_pending_events', 'outbox_oldest_age_seconds', 'dead_letters_open'].map(
    measured,
  )
  const nameOf = (labels: string) => /invariant="([^"]*)"/.exec(labels)?.[1] ?? ''
  const now = samples.filter((sample) => sample.name === 'invariant_violations')
  const untrue = now.filter(({ value }) => value > 0).map(({ labels, value }) => `${nameOf(labels)} (${value})`)
  const earlier = invariants.filter(({ value }) => value > 0).map(({ labels }) => nameOf(labels))
  const past = earlier.length === 0 ? '' : `; contradicted since the start: ${earlier.join(', ')}`
  return [
    finding(`${name} outbox`, age > waitsTooLongSec ? 'ill' : 'well', `${pending} events wait, the oldest for ${age} s`),
    finding(`${name} dead letters`, dead > 0 ? 'ill' : 'well', `${dead} open`),
    untrue.length > 0
      ? finding(`${name} invariants`, 'ill', `not true: ${untrue.join(', ')}`)
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

/** What the admin API says; it can be asked wherever the shop is. */
const askGateway = async ({ api }: CommandContext): Promise<Finding[]> => {
  try {
    const { items, unavailable } = await (await api()).call(adminOpsApi.listDeadLetters, { query: { limit: 100 } })
    return [
      finding(
        'admin API',
        unavailable.length === 0 ? 'well' : 'ill',
        unavailable.length === 0 ? 'answers' : `no answer: ${unavailable.join(', ')}`,
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

/** What needs a person, as each service says, with the command to run next. */
export const judgeIssues = ({ items, unavailable }: ResponseOf<typeof adminOpsApi.listOpenIssues>): Finding[] => {
  const open = items.map(({ service, about, count, ids, next }) => {
    const more = count > ids.length ? ', …' : ''
    return finding(`${service}: ${about}`, 'ill', `${count}: ${ids.join(', ')}${more}; run ${next}`)
  })
  const silent = unavailable.length === 0 ? [] : [finding('open issues', 'ill', `no answer: ${unavailable.join(', ')}`)]
  return open.length + silent.length === 0 ? [finding('open issues', 'well', 'none')] : [...open, ...silent]
}

const askIssues = async ({ api }: CommandContext): Promise<Finding[]> => {
  try {
    return judgeIssues(await (await api()).call(adminOpsApi.listOpenIssues, {}))
  } catch (error) {
    return [finding('open issues', 'unknown', error instanceof Error ? error.message : String(error))]
  }
}

const examineServices = async (running: RunningShopFile | null, url: string): Promise<Finding[]> => {
  if (running === null)
    return [await readiness('gateway', url), finding('services', 'unknown', 'run where the shop runs to examine each of them')]
  return (await Promise.all(Object.entries(running.services).map(examine))).flat()
}

export const doctor: Command = {
  name: 'doctor',
  takes: '',
  about: 'Examine readiness, events, dead letters and invariants of every service, and name what needs a person',
  run: async (context) => {
    const { running, credentials } = context.surroundings
    const findings = [
      ...(await examineServices(running, credentials.url)),
      ...(await askGateway(context)),
      ...(await askIssues(context)),
    ]
    const ill = findings.filter(({ state }) => state === 'ill')
    const words = { well: 'ok', ill: 'PROBLEM', unknown: '?' } as const
    const table = grid(
      ['STATE', 'WHAT', 'DETAIL'],
      findings.map(({ subject, state, detail }) => [words[state], subject, detail]),
    )
    const verdict =
      ill.length === 0 ? 'Nothing is wrong.' : `${ill.length} ${ill.length === 1 ? 'thing is' : 'things are'} wrong.`
    return { data: { well: ill.length === 0, findings }, text: `${table}\n\n${verdict}`, failed: ill.length > 0 }
  },
}
