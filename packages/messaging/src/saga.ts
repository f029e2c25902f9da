// Sagas as typed tables: state × input → step. Pure: no clock, no database; `saga-runner.ts` makes them move.

/** What one input does in one state. Effects are names; their implementations stand in the shell. */
export interface Step<S extends string, E extends string> {
  to?: S
  effects: readonly E[]
  /** Do the effects again and stay, at most `max` times; then do `otherwise`. */
  again?: { max: number; otherwise: Step<S, E> }
}

export interface SagaTable<S extends string, I extends string, E extends string> {
  name: string
  initial: S
  /** States in which nothing is waited for. */
  terminal: readonly S[]
  /** Seconds a state may last before it gets `timedOut`; absent: no deadline. */
  deadlineSec: Partial<Record<S, number>>
  states: Record<S, Partial<Record<I | 'timedOut', Step<S, E>>>>
}

/** A table whose words are not known here: for diagrams and checks. */
export type AnySagaTable = SagaTable<string, string, string>

/** Declares a saga; unknown states, inputs and effects do not compile. */
export const saga = <S extends string, I extends string, E extends string>(table: SagaTable<S, I, E>): SagaTable<S, I, E> => table

/** Moves on. */
export const go = <S extends string, E extends string>(to: S, effects: readonly E[] = []): Step<S, E> => ({ to, effects })
/** Stays, with effects; the deadline is kept. */
export const stay = <S extends string, E extends string>(effects: readonly E[] = []): Step<S, E> => ({ effects })
/** Does the effects again with a fresh deadline, at most `max` times (for ever when left out), then `otherwise`. */
export const again = <S extends string, E extends string>(
  effects: readonly E[],
  max?: number,
  otherwise?: Step<S, E>,
): Step<S, E> => ({
  effects,
  again: { max: max ?? Number.POSITIVE_INFINITY, otherwise: otherwise ?? { effects } },
})
/** Compensates first, then does the step. */
export const undo = <S extends string, E extends string>(effects: readonly E[], then: Step<S, E>): Step<S, E> => ({
  ...then,
  effects: [...effects, ...then.effects],
})

export interface Decision<S extends string, E extends string> {
  state: S
  tries: number
  effects: readonly E[]
  /** Whether the deadline starts anew: on a new state and on `again`. */
  restart: boolean
}

/** Decides, purely: what an input does to an instance. Null: this input means nothing in this state. */
export const decideStep = <S extends string, I extends string, E extends string>(
  table: SagaTable<S, I, E>,
  at: { state: S; tries: number },
  input: I | 'timedOut',
): Decision<S, E> | null => {
  const step = table.states[at.state][input]
  if (step === undefined) return null
  if (step.again && at.tries < step.again.max)
    return { state: at.state, tries: at.tries + 1, effects: step.effects, restart: true }
  const chosen = step.again ? step.again.otherwise : step
  const moved = chosen.to !== undefined && chosen.to !== at.state
  return { state: chosen.to ?? at.state, tries: moved ? 0 : at.tries, effects: chosen.effects, restart: moved }
}

/** Every state × input pair that the table leaves out: a completeness test lists them. */
export const undecided = <S extends string, I extends string, E extends string>(
  table: SagaTable<S, I, E>,
  inputs: readonly I[],
): [S, I][] =>
  (Object.keys(table.states) as S[]).flatMap((state) =>
    inputs.filter((input) => table.states[state][input] === undefined).map((input): [S, I] => [state, input]),
  )
