// What every call that takes a code has in common: an address that guesses too often waits, a refusal takes its time and is recorded.
import { AppError } from '@cartwright/contracts'
import { recordSecurityEvent } from '@cartwright/service-kit'
import { addressOf, type Caller } from '../client-address.ts'
import type { IdentityDeps } from '../deps.ts'
import { refusedNoSooner } from '../same-time.ts'
import { assertNotThrottled, codeGuessers, recordFailure } from '../throttle.ts'
import { BudgetSpent } from './budget.ts'

/** @throws AppError too_many_attempts, and whatever `work` throws: otp_invalid counts against the caller's address */
export const guessing = <T>(caller: Caller, deps: IdentityDeps, work: () => Promise<T>): Promise<T> =>
  refusedNoSooner(deps.config.answerFloorMs, async () => {
    const clientAddress = addressOf(caller, deps)
    const guessers = codeGuessers(clientAddress, deps)
    try {
      await assertNotThrottled(guessers, deps)
      return await work()
    } catch (error) {
      if (error instanceof AppError && error.code === 'otp_invalid') {
        await recordFailure(guessers, deps)
        recordSecurityEvent(deps, error instanceof BudgetSpent ? 'code_throttled' : 'code_failed', { clientAddress })
      }
      if (error instanceof AppError && error.code === 'too_many_attempts')
        recordSecurityEvent(deps, 'code_throttled', { clientAddress })
      throw error
    }
  })
