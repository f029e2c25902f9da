// Ships log lines to Elasticsearch in bulk. A line that is sent again after a lost answer has the same id and is stored once.
import { createHash } from 'node:crypto'
import type { Client } from '@elastic/elasticsearch'
import type { LogLine } from './log-file.ts'
import type { LogIndex } from './log-index.ts'

/** Parses a line; text that a process printed beside its log becomes a message. */
const documentOf = ({ text }: LogLine): Record<string, unknown> & { '@timestamp': string } => {
  const plain = { '@timestamp': new Date().toISOString(), message: text, 'log.level': 'info', 'event.dataset': 'cartwright.app' }
  try {
    const parsed: unknown = JSON.parse(text)
    return typeof parsed === 'object' && parsed !== null && '@timestamp' in parsed ? (parsed as typeof plain) : plain
  } catch {
    return plain
  }
}

const idOf = (file: string, { at, text }: LogLine): string =>
  createHash('sha256').update(`${file}\n${at}\n${text}`).digest('base64url').slice(0, 27)

/** Status of a line that is stored already. */
const conflict = 409
const tooManyRequests = 429

/**
 * @returns how many lines Elasticsearch refuses for good
 * @throws Error when it takes no lines now
 */
export const shipLines = async (client: Client, index: LogIndex, file: string, lines: readonly LogLine[]): Promise<number> => {
  const operations = lines.flatMap((line) => {
    const document = documentOf(line)
    return [{ create: { _index: index.indexFor(document['@timestamp']), _id: idOf(file, line) } }, document]
  })
  const { items } = await client.bulk({ operations })
  const failed = items.flatMap(({ create }) => (create?.error && create.status !== conflict ? [create] : []))
  const busy = failed.find(({ status }) => status === tooManyRequests || status >= 500)
  if (busy) throw new Error(busy.error?.reason ?? `status ${busy.status}`)
  return failed.length
}
