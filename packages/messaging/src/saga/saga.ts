// Saga table: state × input → step, a value from which all types are derived. Pure: no clock and no database; `runner.ts` executes it.
import type { DataOf, EventContract } from '@cartwright/contracts'

/** What brings an input: an event, perhaps only when its data says so; or, with `event: null`, a request of a person, without data. */
interface SagaInput<E extends EventContract | null = EventContract | null> {
  event: E
  when?: (data: unknown) => boolean
}

/** An input that an event brings. @param when which of these events bring it; all when left out */
export const fromEvent = <E extends EventContract>(event: E, when?: (data: DataOf<E>) => boolean): SagaInput<E> =>
  when === undefined ? { event } : { event, when: (data) => when(data as DataOf<E>) }

/** An input that a shopper or an operator brings. */
export const request: SagaInput<null> = { event: null }

/** What one input does in one state. Effects are names; their implementations stand beside the table. */
export interface Step<S extends string, E extends string> {
  to?: S
  effects: readonly E[]
  /** Do the effects again and stay, at most `max` times; then do `otherwise`. */
  again?: { max: number; otherwise: Step<S, E> }
}

export interface SagaTable<S extends string, I extends string, E extends string> {
  name: string
  inputs: Readonly<Record<I, SagaInput>>
  initial: S
  /** States that end an instance: no deadline stands there. */
  terminal: readonly S[]
  /** Configuration key of the seconds that a state may last before it gets `timedOut`; absent: no deadline. */
  deadline: Readonly<Partial<Record<S, string>>>
  states: Readonly<Record<S, Readonly<Partial<Record<I | 'timedOut', Step<S, E>>>>>>
}

/** A table whose states, inputs and effects are not known at compile time: for diagrams and checks. */
export type AnySagaTable = SagaTable<string, string, string>

type Inputs = Readonly<Record<string, SagaInput>>
type Rows = Readonly<Record<string, Readonly<Record<string, Step<string, string>>>>>
type Name<T> = keyof T & string
type EffectIn<St> = St extends Step<string, infer E> ? E : never
/** Rows whose inputs and next states exist. */
type Checked<I extends Inputs, R extends Rows> = {
  [S in keyof R]: { [N in keyof R[S]]: N extends Name<I> | 'timedOut' ? Step<Name<R>, string> : never }
}
type EffectsOfRows<R extends Rows> = { [S in keyof R]: EffectIn<R[S][keyof R[S]]> }[keyof R]
/** Names of the inputs, and `timedOut`, whose rows name an effect. */
type InputsOfEffect<R extends Rows, E extends string> = {
  [S in keyof R]: { [N in keyof R[S]]: E extends EffectIn<R[S][N]> ? N : never }[keyof R[S]]
}[keyof R]

declare const exact: unique symbol
/** A table that remembers, in its type only, which rows name which effect. */
export interface Saga<I extends Inputs, R extends Rows, D extends string> extends SagaTable<Name<R>, Name<I>, EffectsOfRows<R>> {
  readonly [exact]?: { inputs: I; rows: R; deadline: D }
}
// biome-ignore lint/suspicious/noExplicitAny: any saga, whatever its states, inputs and deadlines.
export type AnySaga = Saga<any, any, any>

export type StateOf<T extends AnySaga> = T extends Saga<Inputs, infer R, string> ? Name<R> : never
export type InputOf<T extends AnySaga> = T extends Saga<infer I, Rows, string> ? Name<I> : never
export type EffectOf<T extends AnySaga> = T extends Saga<Inputs, infer R, string> ? EffectsOfRows<R> : never
/** Configuration keys of the table's deadlines. */
export type DeadlineOf<T extends AnySaga> = T extends Saga<Inputs, Rows, infer D> ? D : never
type DataOfInput<I> = I extends SagaInput<infer E> ? (E extends EventContract ? DataOf<E> : undefined) : undefined
/** What an effect may read: the data of the inputs whose rows name it; undefined for deadlines and requests. */
export type EffectData<T extends AnySaga, E extends string> =
  T extends Saga<infer I, infer R, string>
    ? InputsOfEffect<R, E> extends infer N
      ? N extends keyof I
        ? DataOfInput<I[N]>
        : undefined
      : never
    : never

/** Declares a saga. States, inputs and effects that do not exist do not compile. */
export function saga<const I extends Inputs, const R extends Rows, const D extends Readonly<Record<string, string>>>(table: {
  name: string
  inputs: I
  initial: Name<R>
  terminal: readonly Name<R>[]
  deadline: D & { [S in keyof D]: S extends Name<NoInfer<R>> ? string : never }
  states: R & Checked<I, R>
}): Saga<I, R, D[keyof D]>
export function saga(table: AnySagaTable): AnySagaTable {
  return table
}

/** Moves on. */
export function go<S extends string>(to: S): Step<S, never>
export function go<S extends string, const E extends string>(to: S, effects: readonly E[]): Step<S, E>
export function go<S extends string>(to: S, effects: readonly string[] = []): Step<S, string> {
  return { to, effects }
}

/** Stays, with effects; the deadline is kept. */
export function stay(): Step<never, never>
export function stay<const E extends string>(effects: readonly E[]): Step<never, E>
export function stay(effects: readonly string[] = []): Step<never, string> {
  return { effects }
}

/** Does the effects again with a fresh deadline, at most `max` times (without limit when left out), then `otherwise`. */
export function again<const E extends string>(effects: readonly E[]): Step<never, E>
export function again<const E extends string, S extends string, F extends string>(
  effects: readonly E[],
  max: number,
  otherwise: Step<S, F>,
): Step<S, E | F>
export function again(
  effects: readonly string[],
  max = Number.POSITIVE_INFINITY,
  otherwise: Step<string, string> = { effects },
): Step<string, string> {
  return { effects, again: { max, otherwise } }
}

/** Compensates first, then does the step. */
export const undo = <const E extends string, S extends string, F extends string>(
  effects: readonly E[],
  then: Step<S, F>,
): Step<S, E | F> => ({ ...then, effects: [...effects, ...then.effects] }) as Step<S, E | F>

export interface Decision<S extends string, E extends string> {
  state: S
  tries: number
  effects: readonly E[]
  /** Whether the deadline starts anew: on a new state and on `again`. */
  restart: boolean
}

/** Decides what an input does to an instance. Null: this state ignores the input. */
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

/** The input that an event brings, or null when none does. */
export const inputOf = <I extends string>(
  { inputs }: Pick<SagaTable<string, I, string>, 'inputs'>,
  type: string,
  data: unknown,
): I | null => {
  const entries = Object.entries<SagaInput>(inputs) as [I, SagaInput][]
  return entries.find(([, { event, when }]) => event?.name === type && (when?.(data) ?? true))?.[0] ?? null
}

/** Every event that brings an input, once each. */
export const eventsOf = ({ inputs }: Pick<AnySagaTable, 'inputs'>): EventContract[] => [
  ...new Set(Object.values(inputs).flatMap(({ event }) => event ?? [])),
]

/** Every pair of state and input that the table leaves out, for a completeness test. */
export const undecided = <S extends string, I extends string>({ states, inputs }: SagaTable<S, I, string>): [S, I][] =>
  (Object.keys(states) as S[]).flatMap((state) =>
    (Object.keys(inputs) as I[]).filter((input) => states[state][input] === undefined).map((input): [S, I] => [state, input]),
  )
