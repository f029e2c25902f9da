// RFC 9457 problem document: the answer of every call that failed.
import { type Static, Type } from 'typebox'
import { named, OneOf } from './common.ts'
import { errorCodes, FieldError } from './errors.ts'

export const Problem = named(
  'Problem',
  Type.Object(
    {
      type: Type.String({ description: '`urn:cartwright:error:` and the code' }),
      title: Type.String(),
      status: Type.Integer(),
      detail: Type.Optional(Type.String({ description: 'What failed this time, for people' })),
      code: OneOf(...errorCodes),
      instance: Type.Optional(Type.String({ description: 'The path that was called' })),
      traceId: Type.Optional(Type.String({ description: 'Leads to the logs of this request' })),
      errors: Type.Optional(Type.Array(FieldError)),
    },
    { additionalProperties: true },
  ),
)
export type Problem = Static<typeof Problem>
