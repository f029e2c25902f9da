// Printed invoices: kept for repeated requests, and printed one at a time.
import { createSemaphore } from '@cartwright/concurrency'
import { LRUCache } from 'lru-cache'

export interface InvoicePdfs {
  /** The bytes of a document, printed at the first request. */
  get(key: string, print: () => Promise<Buffer>): Promise<Buffer>
}

export const cacheInvoicePdfs = (): InvoicePdfs => {
  const printed = new LRUCache<string, Buffer>({ max: 200 })
  const one = createSemaphore(1)
  return {
    get: (key, print) =>
      one.run(async () => {
        const bytes = printed.get(key) ?? (await print())
        printed.set(key, bytes)
        return bytes
      }),
  }
}
