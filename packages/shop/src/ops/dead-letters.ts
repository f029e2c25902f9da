// Commands for dead letters: list, show, redrive, discard, replay. A redrive fails while one of the messages fails again.
import { adminOpsApi, type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { type Command, countOf, facts, grid, type Outcome, textOf, timeOf, UsageError } from './command.ts'

/** @throws UsageError */
const serviceNamed = (name: string | undefined): SchemaOwner => {
  const found = schemaOwners.find((service) => service === name)
  if (found === undefined) throw new UsageError(`${name ?? 'Nothing'} is not one of ${schemaOwners.join(', ')}.`)
  return found
}

const letterOf = ([id = '']: readonly string[]) => {
  if (!/^[a-z]+-[1-9][0-9]*$/.test(id))
    throw new UsageError(`${id || 'Nothing'} is not the id of a dead letter, such as order-15.`)
  return { params: { deadLetterId: id } }
}

const handled = (result: { redriven: string[]; failed: { id: string; error: string } | null }, what: string): Outcome => {
  const done = `${what}; handled: ${result.redriven.length === 0 ? 'nothing' : result.redriven.join(', ')}`
  return {
    data: result,
    text: result.failed === null ? done : `${done}\n${result.failed.id} failed again: ${result.failed.error}`,
    failed: result.failed !== null,
  }
}

const list: Command = {
  name: 'dead-letters list',
  takes: '',
  about: 'Messages that a consumer could not process, newest first',
  options: {
    service: { type: 'string', about: 'dead letters of one service only' },
    resolved: { type: 'boolean', about: 'list the redriven and discarded ones instead' },
    limit: { type: 'string', about: 'how many, 50 when left out' },
  },
  run: async ({ api }, _, options) => {
    const service = textOf(options, 'service')
    const query = {
      open: options.resolved !== true,
      limit: Math.min(100, countOf(textOf(options, 'limit'), '--limit', 50)),
      ...(service === undefined ? {} : { service: serviceNamed(service) }),
    }
    const { items, unavailable } = await (await api()).call(adminOpsApi.listDeadLetters, { query })
    const rows = items.map((letter) => [
      letter.id,
      letter.eventType,
      letter.key,
      letter.reason,
      letter.resolution ?? 'open',
      timeOf(letter.createdAt),
      letter.error.slice(0, 80),
    ])
    const table =
      rows.length === 0 ? 'No dead letters.' : grid(['ID', 'EVENT', 'KEY', 'REASON', 'STATE', 'SINCE (UTC)', 'ERROR'], rows)
    return {
      data: { items, unavailable },
      text: unavailable.length === 0 ? table : `${table}\nNo response from: ${unavailable.join(', ')}`,
      failed: unavailable.length > 0,
    }
  },
}

const show: Command = {
  name: 'dead-letters show',
  takes: '<id>',
  about: 'One dead letter with its message and its history',
  run: async ({ api }, args) => {
    const letter = await (await api()).call(adminOpsApi.getDeadLetter, letterOf(args))
    const audit = letter.audit.map(({ at, action, actor, outcome }) => [timeOf(at), action, actor, outcome])
    const text = [
      facts([
        ['Service', letter.service],
        ['Consumer', letter.consumer],
        ['Event', `${letter.eventType} ${letter.eventId}`],
        ['Topic and key', `${letter.topic} ${letter.key}`],
        ['Reason', `${letter.reason} after ${letter.attempts} tries`],
        ['Since', timeOf(letter.createdAt)],
        ['Resolved', letter.resolution === null ? null : `${letter.resolution} ${timeOf(letter.resolvedAt)}`],
        ['Error', letter.error],
      ]),
      `\nPayload\n${JSON.stringify(letter.payload, null, 2)}`,
      ...(audit.length === 0 ? [] : [`\n${grid(['WHEN (UTC)', 'WHAT', 'WHO', 'OUTCOME'], audit)}`]),
    ]
    return { data: letter, text: text.join('\n') }
  },
}

const redrive: Command = {
  name: 'dead-letters redrive',
  takes: '<id>',
  about: 'Process it again with the same event id, then the messages parked behind it',
  run: async ({ api }, args) => handled(await (await api()).call(adminOpsApi.redriveDeadLetter, letterOf(args)), 'tried again'),
}

const discard: Command = {
  name: 'dead-letters discard',
  takes: '<id>',
  about: 'Discard it, then process the messages parked behind it',
  run: async ({ api }, args) => handled(await (await api()).call(adminOpsApi.discardDeadLetter, letterOf(args)), 'discarded'),
}

const replay: Command = {
  name: 'replay',
  takes: '<service> <group> <topic>',
  about: 'Deliver a time range of a topic to one consumer group again (Kafka only)',
  options: {
    from: { type: 'string', about: 'start of the range, such as 2026-01-31T12:00:00Z' },
    to: { type: 'string', about: 'end of the range; now when left out' },
    again: { type: 'boolean', about: 'also events that were processed before: for projections' },
  },
  run: async ({ api }, [service, group = '', topic = ''], options) => {
    const from = textOf(options, 'from')
    if (from === undefined) throw new UsageError('--from is required: the start of the time range.')
    const body = { service: serviceNamed(service), group, topic, from, to: textOf(options, 'to') ?? new Date().toISOString() }
    const again = options.again === true ? { again: true } : {}
    const result = await (await api()).call(adminOpsApi.replayEvents, { body: { ...body, ...again } })
    return { data: result, text: `${result.delivered} records were delivered to ${group}.` }
  },
}

export const deadLetterCommands: readonly Command[] = [list, show, redrive, discard, replay]
