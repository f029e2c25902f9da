// How large a record may be: what a broker refuses for ever must not get in the way of what it would take.
import type { WireRecord } from './wire.ts'

/** Kafka's brokers take 1,048,588 bytes by default; the rest is room for the batch around the record and for its marks. */
export const maxRecordBytes = 900_000
/** What is sent at once may all belong to one partition, where it is one batch: the same limit holds for it. */
export const maxBatchBytes = 500_000
/** Headers are kept as text beside a record, in columns of 65,535 bytes. */
const maxHeaderBytes = 40_000
const maxHeaderLength = 1000
/** What is kept of a value that is cut. */
const keptLength = 10_000

export const bytesOf = (value: string, headers: Readonly<Record<string, string>>): number =>
  Buffer.byteLength(value) + Buffer.byteLength(JSON.stringify(headers))

/** Headers as they can be kept: when they are too large, the long ones are cut, and what is still too much is left out. */
export const keptHeaders = (headers: WireRecord['headers']): WireRecord['headers'] => {
  if (bytesOf('', headers) <= maxHeaderBytes) return headers
  const kept: WireRecord['headers'] = {
    'dead-letter-headers': `cut: ${Object.keys(headers).length} of ${bytesOf('', headers)} bytes`,
  }
  let bytes = 0
  // Those of the envelope first.
  const ranked = Object.entries(headers).sort(([a], [b]) => Number(b.startsWith('ce_')) - Number(a.startsWith('ce_')))
  for (const [name, value] of ranked) {
    const cut = value.slice(0, maxHeaderLength)
    bytes += bytesOf(cut, { [name]: '' })
    if (bytes <= maxHeaderBytes) kept[name] = cut
  }
  return kept
}

/** A copy that fits into a record beside `headers`: the whole value, or its beginning. */
export const copyOf = (value: string, headers: Readonly<Record<string, string>>): string =>
  bytesOf(value, headers) <= maxRecordBytes ? value : value.slice(0, keptLength)
