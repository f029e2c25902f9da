// Attempt limiter of calls with a code: delays client addresses with too many wrong codes, and gives refusals a minimum duration.
import { AppError } from '@cartwright/contracts'
import { recordSecurityEvent } from '@cartwright/service-kit'
import type { IdentityDeps } from '../../deps.ts'
import { type Caller, clientAddressOf } from '../client-address.ts'
import { withMinimumFailureDuration } from '../minimum-duration.ts'
import { assertNotThrottled, codeCounters, recordFailure } from '../throttle.ts'
import { AttemptsExhaustedError } from './budget.ts'

/** Runs `work`; its otp_invalid counts for the client address. @throws AppError too_many_attempts, and the errors of `work` */
export const limitAttempts = <T>(caller: Caller, deps: IdentityDeps, work: () => Promise<T>): Promise<T> =>
  withMinimumFailureDuration(deps.config.answerFloorMs, async () => {
    const clientAddress = clientAddressOf(caller, deps)
    const counters = codeCounters(clientAddress, deps)
    try {
      await assertNotThrottled(counters, deps)
      return await work()
    } catch (error) {
      if (error instanceof AppError && error.code === 'otp_invalid') {
        await recordFailure(counters, deps)
        recordSecurityEvent(deps, error instanceof AttemptsExhaustedError ? 'code_throttled' : 'code_failed', { clientAddress })
      }
      if (error instanceof AppError && error.code === 'too_many_attempts')
        recordSecurityEvent(deps, 'code_throttled', { clientAddress })
      throw error
    }
  })
