// Declarations of a service's handlers, typed once by its dependencies: routes, events, jobs, schedules and invariants.
import type { DataOf, Endpoint, EventContract } from '@cartwright/contracts'
import {
  type AnyJob,
  type EventHandler,
  type Handler,
  type Invariant,
  invariant,
  type Job,
  job,
  type Listener,
  on,
  type Receiver,
  type Schedule,
  scheduled,
  subscribeEphemeral,
} from '@cartwright/messaging'
import { type Route, type RouteHandler, type RouteOptions, route } from './http/route.ts'
import type { Measurement } from './operations/measurements.ts'

/**
 * Binds the declarations to the dependencies of one service, in types only. Each handler gets one object: `tx` where the runner opened a
 * transaction, the `request`, `message` or `item` that it handles, and `deps`.
 */
export const forService = <Deps>() => ({
  route: <E extends Endpoint>(endpoint: E, handle: RouteHandler<E, Deps>, options?: RouteOptions<Deps>): Route<Deps> =>
    route(endpoint, handle, options),
  on: <E extends EventContract>(event: E, handle: Handler<DataOf<E>, Deps>): EventHandler<Deps> => on(event, handle),
  subscribeEphemeral: <E extends EventContract>(event: E, receive: Receiver<DataOf<E>, Deps>): Listener<Deps> =>
    subscribeEphemeral(event, receive),
  job: <P, R>(definition: Job<P, R, Deps>): AnyJob<Deps> => job(definition),
  scheduled: (definition: Schedule<Deps>): Schedule<Deps> => scheduled(definition),
  measurement: (definition: Measurement<Deps>): Measurement<Deps> => definition,
  invariant: (definition: Invariant<Deps>): Invariant<Deps> => invariant(definition),
})
