// JSON columns of identity, validated against their schemas.
import { Address } from '@cartwright/contracts'
import { json } from '@cartwright/db'
import { Type } from 'typebox'

export const addressColumn = json('address.details', Address)
/** A published public key; further members are allowed. */
export const publicJwkColumn = json('signing_key.public_jwk', Type.Object({ kty: Type.String(), kid: Type.String() }))
