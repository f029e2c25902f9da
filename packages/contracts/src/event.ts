// What an event is: a named, versioned, keyed fact with a schema. One topic per publishing service.
import type { Static, TSchema } from 'typebox'

export interface EventContract<Name extends string = string, S extends TSchema = TSchema> {
  name: Name
  version: number
  /** Name of the service that publishes it. */
  publisher: string
  topic: string
  /** The kind of thing whose events are counted and kept in order, such as `order` or `sku`. */
  aggregate: string
  /** The data field that holds the aggregate's id: record key and `ce_subject`. */
  key: string
  data: S
  /** True where the readers are operators' tools and no service. */
  external?: true
}

export type DataOf<E extends EventContract> = Static<E['data']>

/** Declares the events of one publisher. The schema belongs to the publisher. */
export const publisher =
  (name: string, topic: string) =>
  <const Name extends string, S extends TSchema>(
    eventName: Name,
    version: number,
    identity: { aggregate: string; key: string; external?: true },
    data: S,
  ): EventContract<Name, S> => ({ name: eventName, version, publisher: name, topic, ...identity, data })
