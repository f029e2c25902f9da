// What every call that takes a code has in common: an address that guesses too often waits, and a refusal takes its time.
import { AppError } from '@cartwright/contracts'
import { addressOf, type Caller } from '../client-address.ts'
import type { IdentityDeps } from '../deps.ts'
import { refusedNoSooner } from '../same-time.ts'
import { assertNotThrottled, codeGuessers, recordFailure } from '../throttle.ts'

/** @throws AppError too_many_attempts, and whatever `work` throws: otp_invalid counts against the caller's address */
export const guessing = <T>(caller: Caller, deps: IdentityDeps, work: () => Promise<T>): Promise<T> =>
  refusedNoSooner(deps.config.answerFloorMs, async () => {
    const guessers = codeGuessers(addressOf(caller, deps), deps)
    await assertNotThrottled(guessers, deps)
    try {
      return await work()
    } catch (error) {
      if (error instanceof AppError && error.code === 'otp_invalid') await recordFailure(guessers, deps)
      throw error
    }
  })
