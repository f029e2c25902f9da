// Idempotency keys with Stripe's semantics: one effect per key, the first answer again and again, other parameters refused.
import { createHash } from 'node:crypto'
import { invalid, StripeFailure } from './stripe-error.ts'
import { put, type World } from './world.ts'

const keyLifeSec = 24 * 3600

export interface KeyedAnswer {
  status: number
  /** JSON text. */
  body: string
  replayed: boolean
}

/** @param work the request itself; a failure that had begun its work is kept like a success */
export type Keyed = (key: string | undefined, request: string, work: () => Promise<unknown>) => Promise<KeyedAnswer>

const settled = async (work: () => Promise<unknown>): Promise<{ status: number; body: string }> => {
  try {
    return { status: 200, body: JSON.stringify(await work()) }
  } catch (error) {
    if (error instanceof StripeFailure && error.begun) return { status: error.status, body: JSON.stringify(error.body) }
    throw error
  }
}

export const idempotencyKeys = (world: World): Keyed => {
  const inFlight = new Set<string>()
  return async (key, request, work) => {
    if (key === undefined) return { ...(await settled(work)), replayed: false }
    if (key.length > 255) throw invalid('Idempotency keys have at most 255 characters')
    const fingerprint = createHash('sha256').update(request).digest('hex')
    const known = world.state.keys.get(key)
    if (known && known.created > world.now() - keyLifeSec) {
      if (known.fingerprint === fingerprint) return { status: known.status, body: known.body, replayed: true }
      const message = `Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key other than '${key}' if you meant to execute a different request.`
      throw new StripeFailure(400, 'idempotency_error', message)
    }
    if (inFlight.has(key)) {
      throw new StripeFailure(
        409,
        'idempotency_error',
        'There is currently another in-progress request using this Idempotency-Key.',
        { code: 'idempotency_key_in_use' },
      )
    }
    inFlight.add(key)
    try {
      const answer = await settled(work)
      put(world, 'keys', key, { fingerprint, ...answer, created: world.now() })
      return { ...answer, replayed: false }
    } finally {
      inFlight.delete(key)
    }
  }
}
