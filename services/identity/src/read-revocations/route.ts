// What instances read at their start and after they may have missed an event: revocations whose tokens have not all expired.
import { identityApi } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import type { IdentityDeps } from '../deps.ts'
import { listRevocations } from '../tokens/revocations.ts'

export const internalAccessRevocations = route(identityApi.internalAccessRevocations, (req, { db }: IdentityDeps) =>
  listRevocations(db, req.query.since, req.query.after),
)
