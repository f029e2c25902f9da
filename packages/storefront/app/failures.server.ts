// How a failed call of the shop becomes an answer of the storefront.
import { ApiError, ConnectionError, TimeoutError } from '@cartwright/sdk'
import { data } from 'react-router'

/** The answer for an error that the page has no own text for: absent things are 404, an unreachable shop is 503. */
const answerTo = (error: unknown): unknown => {
  if (error instanceof ConnectionError || error instanceof TimeoutError) return data('', { status: 503 })
  if (!(error instanceof ApiError)) return error
  if (error.status === 404 || error.status === 400) return data('', { status: 404 })
  if (error.status === 503 || error.status === 429)
    return data(error.traceId ?? '', { status: 503, headers: { 'retry-after': String(error.retryAfterSec ?? 5) } })
  return data(error.traceId ?? '', { status: 500 })
}

/** Waits for calls of a loader. @throws a response for the error page where a call fails */
export const orAnswer = <T>(work: Promise<T>): Promise<T> =>
  work.catch((error: unknown) => {
    throw answerTo(error)
  })
