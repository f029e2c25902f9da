// Changes by PATCH: a member that is left out stays, and null removes one that may be absent.
import { IsOptional, type TOptional, type TProperties, type TSchema, Type } from 'typebox'
import { Closed, Nullable } from './common.ts'

type Removable<S extends TSchema> = ReturnType<typeof Nullable<S>>
type PatchProperties<P extends TProperties> = {
  [K in keyof P]: P[K] extends TOptional<TSchema> ? TOptional<Removable<P[K]>> : TOptional<P[K]>
}
/** Body of a PATCH: any of the members, and `null` for an optional one removes it. */
export const Patch = <P extends TProperties>(properties: P) =>
  Closed(
    Object.fromEntries(
      Object.entries(properties).map(([name, schema]) => [name, Type.Optional(IsOptional(schema) ? Nullable(schema) : schema)]),
    ) as PatchProperties<P>,
  )

/** The state after a change: members that are left out stay, those that are null go. */
export const applyPatch = <T extends object>(state: T, changes: Readonly<Record<string, unknown>>): T => {
  const named = Object.entries(changes).filter(([, value]) => value !== undefined)
  const next = Object.entries({ ...state, ...Object.fromEntries(named) })
  return Object.fromEntries(next.filter(([, value]) => value !== null)) as T
}
