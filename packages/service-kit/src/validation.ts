// Validators for requests: closed and strict for bodies, with coercion only where a query string needs it.
import { Ajv } from 'ajv'
import addFormatsModule from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

const ajvWith = (coerce: boolean): Ajv => {
  const ajv = new Ajv({
    removeAdditional: false,
    useDefaults: true,
    allErrors: true,
    strict: false,
    coerceTypes: coerce ? 'array' : false,
  })
  addFormatsModule.default(ajv)
  return ajv
}

/** Gives an instance its validators. */
export const useValidation = (app: FastifyInstance): void => {
  const strict = ajvWith(false)
  const coercing = ajvWith(true)
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema as object))
}
