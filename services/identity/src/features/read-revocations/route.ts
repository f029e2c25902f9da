// Revocation list for other instances: they read it at start and after they may have missed an event.
import { identityApi } from '@cartwright/contracts'
import { route } from '../../deps.ts'
import { listRevocations } from '../../domain/tokens/revocations.ts'

export const internalAccessRevocations = route(identityApi.internalAccessRevocations, ({ request, deps: { db } }) =>
  listRevocations(db, request.query.since, request.query.after),
)
