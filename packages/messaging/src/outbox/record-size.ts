// Record size: the limits that keep records below what brokers and columns accept, and how larger ones are cut.
import type { WireRecord } from '../transport/cloud-event.ts'

/** Kafka's brokers accept 1,048,588 bytes by default; the rest is room for the batch around the record and for its headers. */
export const maxRecordBytes = 900_000
/** A batch of the relay may belong to one partition as a whole, where the brokers' limit holds for all of it. */
export const maxBatchBytes = 500_000
/** Headers are stored in columns of 65,535 bytes. */
const maxHeaderBytes = 40_000
const maxHeaderLength = 1000
/** Characters that are kept of a value that is cut. */
const cutLength = 10_000

export const bytesOf = (value: string, headers: Readonly<Record<string, string>>): number =>
  Buffer.byteLength(value) + Buffer.byteLength(JSON.stringify(headers))

/** Headers as they can be stored: when they are too large, long ones are cut, and the rest is left out. */
export const storedHeaders = (headers: WireRecord['headers']): WireRecord['headers'] => {
  if (bytesOf('', headers) <= maxHeaderBytes) return headers
  const kept: WireRecord['headers'] = {
    'dead-letter-headers': `cut: ${Object.keys(headers).length} of ${bytesOf('', headers)} bytes`,
  }
  let bytes = 0
  // Headers of the envelope first.
  const ranked = Object.entries(headers).sort(([a], [b]) => Number(b.startsWith('ce_')) - Number(a.startsWith('ce_')))
  for (const [name, value] of ranked) {
    const cut = value.slice(0, maxHeaderLength)
    bytes += bytesOf(cut, { [name]: '' })
    if (bytes <= maxHeaderBytes) kept[name] = cut
  }
  return kept
}

/** A copy of the value that fits into a record beside `headers`: the whole value, or its beginning. */
export const copyOf = (value: string, headers: Readonly<Record<string, string>>): string =>
  bytesOf(value, headers) <= maxRecordBytes ? value : value.slice(0, cutLength)
