// Command `logs`: all log lines of an order or a trace, of every service, in the order of time.
import { join } from 'node:path'
import { ProgramError, readConfig } from '@cartwright/service-kit'
import { shopSpec } from '../config.ts'
import { type FoundLine, findInElasticsearch, findInFiles } from '../logs/find-lines.ts'
import { countOf, grid, type StandaloneCommand, textOf, UsageError } from './command.ts'
import { dataFolderOf, opsSpec } from './discovery.ts'

const spec = { dataDir: opsSpec.dataDir, elasticsearchUrl: shopSpec.logElasticsearchUrl }

/** Elasticsearch returns no more at once. */
const maxLines = 10_000

const idOf = (written = ''): string => {
  if (/^(ord_\w+|[0-9a-f]{32})$/.test(written)) return written
  throw new UsageError(`${written} is neither the id of an order nor of a trace; \`order show NUMBER\` prints both.`)
}

const millisecondsOf = (line: FoundLine): number | null => {
  const nanoseconds = line['event.duration']
  return typeof nanoseconds === 'number' ? Math.round(nanoseconds / 1e6) : null
}

const wordsOf = (line: FoundLine): string => {
  const error = line['error.message']
  return typeof error === 'string' ? `${line.message}: ${error}` : line.message
}

const tableOf = (lines: readonly FoundLine[]): string =>
  grid(
    ['WHEN (UTC)', 'SERVICE', 'LEVEL', 'MS', 'MESSAGE'],
    lines.map((line) => [
      line['@timestamp'].slice(0, 23).replace('T', ' '),
      line['service.name'],
      line['log.level'],
      millisecondsOf(line),
      wordsOf(line),
    ]),
  )

export const showLogs: StandaloneCommand = {
  name: 'logs',
  takes: '<order or trace id>',
  about: 'All log lines of an order or a trace, from LOG_ELASTICSEARCH_URL or the log files of this machine',
  options: { limit: { type: 'string', about: 'how many, 1000 when left out' } },
  runAlone: async ({ env }, [written], options) => {
    const id = idOf(written)
    const limit = Math.min(maxLines, countOf(textOf(options, 'limit'), '--limit', 1000))
    const { dataDir, elasticsearchUrl } = readConfig('ops', 'OPS_', spec, env)
    const folder = join(dataFolderOf(dataDir), 'logs')
    const lines =
      elasticsearchUrl === null
        ? await findInFiles(folder, id, limit)
        : await findInElasticsearch(elasticsearchUrl, id, limit).catch((error: unknown) => {
            throw new ProgramError('Elasticsearch at LOG_ELASTICSEARCH_URL does not answer.', { cause: error })
          })
    if (lines.length === 0)
      throw new ProgramError(
        elasticsearchUrl === null
          ? `No line of ${id} is in ${folder}. Set LOG_ELASTICSEARCH_URL to search Elasticsearch.`
          : `No line of ${id} is in Elasticsearch.`,
      )
    const more = lines.length === limit ? `\nThere may be more lines: raise --limit above ${limit}.` : ''
    return { data: lines, text: tableOf(lines) + more }
  },
}
