// RFC 9457 problem document: the answer of every call that failed.
import { type Static, Type } from 'typebox'
import { named, OneOf } from './common.ts'
import { type ErrorCode, errorCodes, FieldError } from './errors.ts'

export const Problem = named(
  'Problem',
  Type.Object(
    {
      type: Type.String({ description: 'Address of the page about this code, below `/errors/` of the gateway', format: 'uri' }),
      title: Type.String({ description: 'What the code means, in a language of the shop by `Accept-Language`' }),
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

/** `type` of the problems of a code: the gateway's page about it. */
export const problemType = (code: ErrorCode, publicUrl: string): string => `${publicUrl}/errors/${code}`
