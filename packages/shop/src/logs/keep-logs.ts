// Keeper of the log files of a native shop: rotates them by size and, when it is configured, ships their lines to Elasticsearch.
// The files are the buffer: while Elasticsearch is away the reader waits, and no process that logs notices.
import { startPoller } from '@cartwright/concurrency'
import { Client } from '@elastic/elasticsearch'
import { readLines, rotate, sizeOf } from './log-file.ts'
import { installLogIndex, type LogIndex } from './log-index.ts'
import { shipLines } from './ship-lines.ts'

export interface KeepLogsOptions {
  files: readonly string[]
  /** Size at which a file is rotated. */
  maxBytes: number
  /** Old files that are kept of each. */
  kept: number
  /** Null ships nothing. */
  elasticsearchUrl: string | null
  retentionDays: number
  /** Tells the operator, once for each outage. */
  warn(line: string): void
}

interface LogKeeper {
  /** Ships and rotates what is due now. */
  flush(): Promise<void>
  stop(): Promise<void>
}

const everyMs = 500
const requestTimeoutMs = 5000
/** Bytes of one bulk request. */
const chunkBytes = 512 * 1024
const dayMs = 86_400_000

interface Shipper {
  /** Ships what is new in a file. @returns whether everything is shipped */
  ship(file: string): Promise<boolean>
  /** Called after the file was truncated. */
  restart(file: string): void
  close(): Promise<void>
}

const createShipper = ({ files, elasticsearchUrl, retentionDays, warn }: KeepLogsOptions): Shipper | null => {
  if (elasticsearchUrl === null) return null
  const client = new Client({ node: elasticsearchUrl, requestTimeout: requestTimeoutMs, maxRetries: 0 })
  const positions = new Map(files.map((file) => [file, sizeOf(file)]))
  let index: LogIndex | null = null
  let cleanedAt = 0
  let refused = 0
  const prepare = async (): Promise<LogIndex> => {
    index ??= await installLogIndex(client, retentionDays)
    if (Date.now() - cleanedAt > dayMs) {
      await index.deleteExpired(new Date())
      cleanedAt = Date.now()
    }
    return index
  }
  return {
    ship: async (file) => {
      const from = positions.get(file) ?? 0
      const { lines, next } = readLines(file, from, chunkBytes)
      const count = lines.length === 0 ? 0 : await shipLines(client, await prepare(), file, lines)
      if (count > 0 && refused === 0) warn(`logs: Elasticsearch refuses ${count} lines; they stay in ${file}; check the template`)
      refused += count
      positions.set(file, next)
      return next === from
    },
    restart: (file) => void positions.set(file, 0),
    close: () => client.close(),
  }
}

/** Starts the keeper. Lines that are in the files already are not shipped again. */
export const keepLogs = (options: KeepLogsOptions): LogKeeper => {
  const { files, maxBytes, kept, warn } = options
  const shipper = createShipper(options)
  const keepOne = async (file: string): Promise<boolean> => {
    const isShipped = shipper === null || (await shipper.ship(file))
    // A file that cannot be shipped grows to twice its size before lines are lost to Elasticsearch.
    if (sizeOf(file) > (isShipped ? maxBytes : 2 * maxBytes)) {
      rotate(file, kept)
      shipper?.restart(file)
    }
    return !isShipped
  }
  const poller = startPoller({
    everyMs,
    run: async () => {
      const more: boolean[] = []
      for (const file of files) more.push(await keepOne(file))
      return more.some(Boolean)
    },
    onError: (error, failures) => {
      if (failures > 1) return
      const reason = error instanceof Error ? error.message : String(error)
      warn(`logs: lines wait in the log files, because Elasticsearch takes none: ${reason}`)
    },
  })
  const flush = async () => {
    while (await poller.tick());
  }
  return {
    flush,
    stop: async () => {
      await flush()
      await poller.stop()
      await shipper?.close()
    },
  }
}
