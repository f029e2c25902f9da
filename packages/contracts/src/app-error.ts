// The error that services throw for an expected failure.
import { type ErrorCode, errorKinds, type ProblemExtras } from './errors.ts'

interface AppErrorOptions<Code extends ErrorCode = ErrorCode> {
  /** One sentence about this occurrence; the title of the code when left out. */
  detail?: string | undefined
  /** Further members of the problem document: those that the code declares. */
  extra?: ProblemExtras<Code> | undefined
  /** Seconds of the Retry-After header. */
  retryAfterSec?: number | undefined
}

/** An expected failure with a stable code. The kit turns it into RFC 9457 problem+json. */
export class AppError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code
  readonly extra: ProblemExtras<Code>
  readonly retryAfterSec: number | undefined

  constructor(code: Code, { detail, extra = {} as ProblemExtras<Code>, retryAfterSec }: AppErrorOptions<Code> = {}) {
    super(detail ?? errorKinds[code].title)
    this.name = 'AppError'
    this.code = code
    this.extra = extra
    this.retryAfterSec = retryAfterSec
  }

  get status(): number {
    return errorKinds[this.code].status
  }
}
