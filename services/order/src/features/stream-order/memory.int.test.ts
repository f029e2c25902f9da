// Memory of open streams: a thousand of them fit into 50 MiB of the process.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { eventually } from '@cartwright/testing'
import { expect, test } from 'vitest'
import { startOrder } from '../../fixtures.ts'

const principals = 200
const streamsEach = 5
const limitMiB = 50

setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')

/** Resident memory after a collection, in MiB. */
const residentMiB = (): number => {
  for (let turn = 0; turn < 3; turn++) collectGarbage()
  return process.memoryUsage.rss() / 1024 / 1024
}

test('a thousand open streams take less than 50 MiB', async () => {
  const o = await startOrder()
  const { id, shopper } = await o.anOrderIn('paying')
  const columns = await o.t.sql(`SELECT COLUMN_NAME AS name FROM information_schema.COLUMNS
    WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = 'customer_order' AND EXTRA NOT LIKE '%GENERATED%'`)
  const shown = columns.map(({ name }) => name)
  /** Copies of the order, each of a principal of its own. */
  const cellOf = (column: string, index: number): string =>
    ['id', 'principal_id', 'number', 'cart_id', 'reservation_id'].includes(column) ? `'${column.slice(0, 3)}_m${index}'` : column
  for (let index = 0; index < principals; index++)
    await o.t.sql(
      `INSERT INTO customer_order (${shown}) SELECT ${shown.map((column) => cellOf(column, index))} FROM customer_order WHERE id = '${id}'`,
    )
  const streams: { url: string; token: string }[] = []
  for (let index = 0; index < principals; index++) {
    const token = await o.t.token({ ...shopper, id: `pri_m${index}` })
    for (let each = 0; each < streamsEach; each++) streams.push({ url: `${o.t.url}/v1/orders/id_m${index}/events`, token })
  }
  const holder = fork(new URL('./hold-streams.fixture.ts', import.meta.url), { execArgv: [] })
  try {
    await o.t.as({ ...shopper, id: 'pri_m0' }).get('/v1/orders/id_m0')
    const before = residentMiB()
    holder.send(streams)
    const [open] = await once(holder, 'message')
    expect(open).toBe(principals * streamsEach)
    const used = residentMiB() - before
    console.info(`${open} streams: ${used.toFixed(1)} MiB`)
    expect(used).toBeLessThan(limitMiB)
  } finally {
    holder.kill()
  }
  const page = async () => (await fetch(o.t.running.metricsUrl)).text()
  await eventually('every stream is gone', async () =>
    (await page()).includes('cartwright_event_streams_open{service="order"} 0'),
  )
  await o.stop()
}, 120_000)
