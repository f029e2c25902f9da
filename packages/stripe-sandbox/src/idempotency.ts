// Idempotency keys as at Stripe: one effect per key, the first response is replayed, and other parameters are refused.
import { createHash } from 'node:crypto'
import { type SandboxContext, saveEntry } from './sandbox-context.ts'
import { invalid, StripeFailure } from './stripe-error.ts'

const keyLifeSec = 24 * 3600

interface IdempotentResponse {
  status: number
  /** JSON text. */
  body: string
  replayed: boolean
}

/** @param work runs the request; a failure after validation is stored like a success */
type RunOnce = (key: string | undefined, request: string, work: () => Promise<unknown>) => Promise<IdempotentResponse>

const runToResponse = async (work: () => Promise<unknown>): Promise<{ status: number; body: string }> => {
  try {
    return { status: 200, body: JSON.stringify(await work()) }
  } catch (error) {
    if (error instanceof StripeFailure && error.afterValidation) return { status: error.status, body: JSON.stringify(error.body) }
    throw error
  }
}

export const createIdempotency = (context: SandboxContext): RunOnce => {
  const inFlight = new Set<string>()
  return async (key, request, work) => {
    if (key === undefined) return { ...(await runToResponse(work)), replayed: false }
    if (key.length > 255) throw invalid('Idempotency keys have at most 255 characters')
    const fingerprint = createHash('sha256').update(request).digest('hex')
    const known = context.state.keys.get(key)
    if (known && known.created > context.now() - keyLifeSec) {
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
      const response = await runToResponse(work)
      saveEntry(context, 'keys', key, { fingerprint, ...response, created: context.now() })
      return { ...response, replayed: false }
    } finally {
      inFlight.delete(key)
    }
  }
}
