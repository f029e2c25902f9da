// Finds the log lines of an order or a trace, oldest first: in Elasticsearch, or in the log files of a native shop.
import { createReadStream, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Client } from '@elastic/elasticsearch'
import { logIndexName } from './log-index.ts'

/** A line by the names of the schema; further fields are kept. */
export interface FoundLine {
  '@timestamp': string
  message: string
  [field: string]: unknown
}

/** Fields by which lines are found. */
const idFields = ['labels.order_id', 'trace.id'] as const

const lineIn = (text: string, id: string): FoundLine | null => {
  // Most lines belong to other orders: parsing them would take most of the time.
  if (!text.includes(id)) return null
  try {
    const line = JSON.parse(text) as FoundLine
    return idFields.some((field) => line[field] === id) ? line : null
  } catch {
    // Text that a process printed beside its log.
    return null
  }
}

/** @param folder the shop's `logs`: a file per service, or one of all, with its rotated files beside it */
export const findInFiles = async (folder: string, id: string, limit: number): Promise<FoundLine[]> => {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => /\.log(\.\d+)?$/.test(name)) : []
  const found: FoundLine[] = []
  for (const name of names) {
    for await (const text of createInterface({ input: createReadStream(join(folder, name)) })) {
      const line = lineIn(text, id)
      if (line) found.push(line)
    }
  }
  return found.sort((a, b) => (a['@timestamp'] < b['@timestamp'] ? -1 : 1)).slice(0, limit)
}

/** @param url address of Elasticsearch, with an account when it asks for one. @throws Error when it does not answer */
export const findInElasticsearch = async (url: string, id: string, limit: number): Promise<FoundLine[]> => {
  const client = new Client({ node: url, maxRetries: 0, requestTimeout: 10_000 })
  try {
    const { hits } = await client.search<FoundLine>({
      index: logIndexName,
      size: limit,
      query: { bool: { should: idFields.map((field) => ({ term: { [field]: id } })), minimum_should_match: 1 } },
      sort: ['@timestamp'],
    })
    return hits.hits.flatMap(({ _source }) => (_source ? [_source] : []))
  } finally {
    await client.close()
  }
}
