// Verifies webhooks by the specification of Standard Webhooks: an HMAC over id, time and the bytes that came.

/** The webhook is not from the shop, was changed on its way, or is too old. Answer with 400 and do nothing. */
export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
}

export interface WebhookEvent<Data = unknown> {
  type: string
  /** When it happened, RFC 3339. */
  timestamp: string
  data: Data
}

export interface Webhook {
  /** The body as it came: parsing and printing it again changes its bytes. */
  payload: string | Uint8Array<ArrayBuffer>
  /** `webhook-id`, `webhook-timestamp` and `webhook-signature`. */
  headers: Headers | Readonly<Record<string, string | string[] | undefined>>
  /** `whsec_…`; the old and the new one while a secret is replaced. */
  secret: string | readonly string[]
  /** Seconds that the clocks may differ; 300 when left out. */
  toleranceSec?: number
}

const bytesOf = (base64: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))

const headerOf = (headers: Webhook['headers'], name: string): string => {
  const value = headers instanceof Headers ? headers.get(name) : headers[name]
  if (typeof value !== 'string' || value === '') throw new WebhookVerificationError(`the header ${name} is missing`)
  return value
}

type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>

const keyOf = (secret: string): Promise<Key> =>
  crypto.subtle.importKey('raw', bytesOf(secret.replace(/^whsec_/, '')), { name: 'HMAC', hash: 'SHA-256' }, false, ['verify'])

/** Compares in constant time. A signature that is not Base64 is not the shop's. */
const isSigned = async (signed: Uint8Array<ArrayBuffer>, signature: string, keys: readonly Key[]): Promise<boolean> => {
  const [version, base64 = ''] = signature.split(',')
  if (version !== 'v1' || !/^[A-Za-z0-9+/]{43}=$/.test(base64)) return false
  const checks = keys.map((key) => crypto.subtle.verify('HMAC', key, bytesOf(base64), signed))
  return (await Promise.all(checks)).includes(true)
}

/**
 * Checks signature and age of a webhook, and returns its event. Handle each `webhook-id` once: a webhook may come again.
 * @throws WebhookVerificationError
 */
export const verifyWebhook = async <Data = unknown>({
  payload,
  headers,
  secret,
  toleranceSec = 300,
}: Webhook): Promise<WebhookEvent<Data> & { id: string }> => {
  const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
    headerOf(headers, name),
  )
  const ageSec = Date.now() / 1000 - Number(timestamp)
  // NaN is not within the tolerance either.
  if (!(Math.abs(ageSec) <= toleranceSec)) throw new WebhookVerificationError('the webhook is too old, or a clock is wrong')
  const encoder = new TextEncoder()
  const body = typeof payload === 'string' ? encoder.encode(payload) : payload
  const prefix = encoder.encode(`${id}.${timestamp}.`)
  const signed = new Uint8Array(prefix.length + body.length)
  signed.set(prefix)
  signed.set(body, prefix.length)
  const keys = await Promise.all([secret].flat().map(keyOf))
  for (const signature of (signatures as string).split(' '))
    if (await isSigned(signed, signature, keys)) return { ...JSON.parse(new TextDecoder().decode(body)), id }
  throw new WebhookVerificationError('no signature of the webhook is right')
}
