// Commands for maintenance: reconcile with Stripe, rebuild the search index, read the stock of a SKU.
import { setTimeout as delay } from 'node:timers/promises'
import { catalogApi, paymentApi } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'
import { type Command, countOf, facts, grid, textOf, timeOf, UsageError } from './command.ts'

const pollMs = 250

/** Polls until `holds` is true. @throws ProgramError when it takes longer than `seconds` */
const until = async <T>(
  ask: () => Promise<T>,
  holds: (answer: T) => boolean,
  seconds: number,
  signal: AbortSignal,
): Promise<T> => {
  const end = performance.now() + seconds * 1000
  for (;;) {
    const answer = await ask()
    if (holds(answer)) return answer
    if (performance.now() > end)
      throw new ProgramError(`It is still running after ${seconds} s; set --wait to a longer time in seconds.`)
    await delay(pollMs, undefined, { signal })
  }
}

const wait = { wait: { type: 'string', about: 'seconds to wait for the end, 120 when left out' } } as const

const reconcile: Command = {
  name: 'reconcile',
  takes: '',
  about: 'Compare payments with Stripe now, and list the differences',
  options: wait,
  run: async (context, _, options) => {
    const seconds = countOf(textOf(options, 'wait'), '--wait', 120)
    const api = await context.api()
    const { id } = await api.call(paymentApi.adminRunReconciliation, {})
    const report = await until(
      () => api.call(paymentApi.adminGetReconciliation, { params: { reconciliationId: id } }),
      ({ state }) => state === 'done',
      seconds,
      context.signal,
    )
    const rows = report.findings.map((finding) => [
      finding.kind,
      finding.outcome,
      finding.orderId,
      finding.stripeId,
      finding.ours,
      finding.theirs,
    ])
    const left = report.findings.some(({ outcome }) => outcome === 'reported' || outcome === 'failed')
    const summary = `${report.compared} objects of Stripe compared: ${report.repaired} repaired, ${report.reported} left for an operator.`
    const table = rows.length === 0 ? [] : ['', grid(['KIND', 'OUTCOME', 'ORDER', 'STRIPE', 'HERE', 'AT STRIPE'], rows)]
    return { data: report, text: [summary, ...table].join('\n'), failed: left }
  },
}

const reindex: Command = {
  name: 'reindex',
  takes: '',
  about: 'Rebuild the search index while the old one serves',
  options: wait,
  run: async (context, _, options) => {
    const seconds = countOf(textOf(options, 'wait'), '--wait', 120)
    const api = await context.api()
    await api.call(catalogApi.reindexSearch, {})
    const { build } = await until(
      () => api.call(catalogApi.getSearchState, {}),
      (state) => state.build?.state === 'idle',
      seconds,
      context.signal,
    )
    return { data: build, text: `${build?.copied ?? 0} products were copied; the new index is in use.` }
  },
}

const stock: Command = {
  name: 'stock',
  takes: '<sku>',
  about: 'Stock and reservations of a SKU, and its last movements',
  options: { movements: { type: 'string', about: 'how many movements, 10 when left out' } },
  run: async (context, [sku], options) => {
    if (sku === undefined) throw new UsageError('Name a SKU.')
    const limit = Math.min(100, countOf(textOf(options, 'movements'), '--movements', 10))
    const api = await context.api()
    const level = await api.call(catalogApi.getStock, { params: { sku } })
    const { items } = await api.call(catalogApi.listMovements, { params: { sku }, query: { limit } })
    const text = [
      facts([
        ['SKU', level.sku],
        ['On hand', level.onHand],
        ['Reserved', level.reserved],
        ['Available', level.available],
      ]),
      '',
      grid(
        ['WHEN (UTC)', 'CHANGE', 'ON HAND', 'REASON', 'WHO', 'REFERENCE'],
        items.map((item) => [timeOf(item.at), item.delta, item.onHandAfter, item.reason, item.actor, item.reference]),
      ),
    ]
    return { data: { ...level, movements: items }, text: text.join('\n') }
  },
}

export const upkeepCommands: readonly Command[] = [reconcile, reindex, stock]
