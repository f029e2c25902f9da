// Types of an operation by its id: what it takes, what it answers, how it fails.
import type { ApiError, ErrorCode } from './errors.ts'
import type { AdminOperations, ShopOperations } from './generated/types.ts'
import type { CallOptions, ConditionalOptions, KeyedOptions } from './options.ts'

export type Operations = ShopOperations & AdminOperations
export type OperationId = keyof Operations

type InputOf<Operation> = Omit<Operation, 'response' | 'errors'>
type OutputOf<Operation> = Operation extends { response: infer Response } ? Response : never
type AnyErrorOf<Code> = Code extends ErrorCode ? ApiError<Code> : never

/** `params`, `query` and `body` of an operation. */
export type Input<Id extends OperationId> = InputOf<Operations[Id]>
export type Output<Id extends OperationId> = OutputOf<Operations[Id]>
/** The errors that an operation may answer, each with its details: `switch (error.code)` narrows them. */
export type ErrorOf<Id extends OperationId> = AnyErrorOf<Operations[Id]['errors']>

type AnyOptions = CallOptions & KeyedOptions & ConditionalOptions
type RequestArguments<Operation> =
  Record<never, never> extends InputOf<Operation>
    ? [input?: InputOf<Operation>, options?: AnyOptions]
    : [input: InputOf<Operation>, options?: AnyOptions]

/** Makes any call of a client by its operation id. */
export type Request<Known> = <Id extends keyof Known>(
  operationId: Id,
  ...rest: RequestArguments<Known[Id]>
) => Promise<OutputOf<Known[Id]>>
