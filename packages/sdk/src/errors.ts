// Errors of the SDK: the shop's own with their code and details, a connection that failed, a time that ran out.
import type { ErrorDetails } from './generated/types.ts'

/** Every code of the shop's errors, and `unknown` for an answer that is none of the shop's, such as that of a proxy. */
export type ErrorCode = keyof ErrorDetails | 'unknown'

/** What an error of a code tells beside its message. */
export type DetailsOf<Code extends ErrorCode> = Code extends keyof ErrorDetails ? ErrorDetails[Code] : Record<string, unknown>

interface Problem {
  code?: ErrorCode
  title?: string
  detail?: string
  traceId?: string
  errors?: readonly { path: string; message: string }[]
}

const standardMembers = new Set(['type', 'title', 'status', 'detail', 'code', 'instance', 'traceId', 'errors'])

const asProblem = (body: unknown): Problem => (typeof body === 'object' && body !== null ? body : {})

/** The shop refused a call. `code` says why and never changes; the message is for people. */
export class ApiError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'ApiError'
  readonly code: Code
  readonly status: number
  /** Members of this code, such as `shortages` of `out_of_stock`. */
  readonly details: DetailsOf<Code>
  /** Message by the path of a field, such as `/email`; empty unless fields of the request are wrong. */
  readonly fields: Readonly<Record<string, string>>
  /** Leads the shop's operators to the logs of the call. */
  readonly traceId: string | undefined
  /** Seconds to wait before another try; undefined when the shop names none. */
  readonly retryAfterSec: number | undefined

  /** @param body of the answer, parsed */
  constructor(status: number, body: unknown, headers: Headers) {
    const problem = asProblem(body)
    super(problem.detail ?? problem.title ?? `The shop answered with status ${status}`)
    this.status = status
    this.code = (problem.code ?? 'unknown') as Code
    const members = Object.entries(problem).filter(([member]) => !standardMembers.has(member))
    this.details = Object.fromEntries(members) as DetailsOf<Code>
    this.fields = Object.fromEntries((problem.errors ?? []).map(({ path, message }) => [path, message]))
    this.traceId = problem.traceId ?? headers.get('x-trace-id') ?? undefined
    const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
    this.retryAfterSec = retryAfter >= 0 ? retryAfter : undefined
  }
}

/** The connection failed, so it is not known whether the shop did what the call asked for. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError'
}

/** The shop did not answer in time. */
export class TimeoutError extends Error {
  override readonly name = 'TimeoutError'
}

/** Whether an error is the shop's, and of this code when one is given: then `details` is typed by it. */
export const isApiError = <Code extends ErrorCode = ErrorCode>(error: unknown, code?: Code): error is ApiError<Code> =>
  error instanceof ApiError && (code === undefined || error.code === code)
