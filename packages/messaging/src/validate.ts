// Event validation: checks data against the event's contract, before the outbox insert and before the handler.
import type { EventContract } from '@cartwright/contracts'
import type { TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

/** Event data that does not fit its contract. Never retried: the same data fails again. */
export class InvalidEvent extends Error {
  constructor(name: string, problems: string) {
    super(`${name} does not fit its contract: ${problems}`)
    this.name = 'InvalidEvent'
  }
}

const compiled = new WeakMap<TSchema, Validator>()

/** @throws InvalidEvent naming each field */
export const assertValid = (event: EventContract, data: unknown): void => {
  let validator = compiled.get(event.data)
  if (validator === undefined) {
    validator = Compile(event.data)
    compiled.set(event.data, validator)
  }
  if (validator.Check(data)) return
  const problems = [...validator.Errors(data)].slice(0, 5).map((error) => `${error.instancePath || '/'} ${error.message}`)
  throw new InvalidEvent(event.name, problems.join('; '))
}
