// Log index in Elasticsearch: installs its template, names the index of a line, and deletes what is older than the retention.
import { readFileSync } from 'node:fs'
import type { Client } from '@elastic/elasticsearch'

/** Alias of the dated indices, or name of the data stream: searches read it. */
export const logIndexName = 'cartwright-logs'

const templateFile = new URL('../../../../infra/elasticsearch/logs-template.json', import.meta.url)

export interface LogIndex {
  /** Index to which a line of that time is written. @param time ISO 8601 */
  indexFor(time: string): string
  /** Deletes dated indices beyond the retention; a data stream does so by itself. @returns their names */
  deleteExpired(now: Date): Promise<string[]>
}

const putTemplate = (client: Client, body: object) =>
  client.transport.request({ method: 'PUT', path: `/_index_template/${logIndexName}`, body })

const dayOf = (index: string): number => Date.parse(`${index.slice(-10).replaceAll('.', '-')}T00:00:00Z`)

const datedIndices = (client: Client, retentionDays: number): LogIndex => ({
  indexFor: (time) => `${logIndexName}-${time.slice(0, 10).replaceAll('-', '.')}`,
  deleteExpired: async (now) => {
    const present = Object.keys(await client.indices.get({ index: `${logIndexName}-*` }))
    const expired = present.filter((index) => dayOf(index) < now.getTime() - (retentionDays + 1) * 86_400_000)
    for (const index of expired) await client.indices.delete({ index })
    return expired
  },
})

const dataStream: LogIndex = { indexFor: () => logIndexName, deleteExpired: async () => [] }

/** The template of a data stream, which Filebeat installs as it stands. */
interface LogTemplate {
  index_patterns: string[]
  data_stream?: object
  template: { lifecycle?: object; [part: string]: unknown }
}

/** Installs the template: a data stream where the server has them, else dated indices behind an alias. Idempotent. */
export const installLogIndex = async (client: Client, retentionDays: number): Promise<LogIndex> => {
  const { data_stream, template, ...rest } = JSON.parse(readFileSync(templateFile, 'utf8')) as LogTemplate
  const { lifecycle: _, ...dated } = template
  try {
    const lifecycle = { data_retention: `${retentionDays}d` }
    await putTemplate(client, { ...rest, data_stream, template: { ...template, lifecycle } })
    return dataStream
  } catch (error) {
    // Without the module of data streams the server answers 400.
    if ((error as { statusCode?: number }).statusCode !== 400) throw error
    const aliased = { ...dated, aliases: { [logIndexName]: {} } }
    await putTemplate(client, { ...rest, index_patterns: [`${logIndexName}-*`], template: aliased })
    return datedIndices(client, retentionDays)
  }
}
