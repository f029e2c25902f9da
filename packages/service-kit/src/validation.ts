// Validators for requests: closed and strict for bodies, with coercion only where a query string needs it. Text with a normalizer is
// normalized before the rest of its schema is checked, so handlers see one spelling.
import { type NormalizerName, normalizers } from '@cartwright/contracts'
import { Ajv, type SchemaValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'
import type { FastifyInstance } from 'fastify'

/** Replaces the text by its normal form, in the body, the query or the parameters it came in. */
const normalizeText: SchemaValidateFunction = (name: NormalizerName, text: string, _, context) => {
  const { normalize, message } = normalizers[name]
  const normal = normalize(text)
  if (normal === null) {
    normalizeText.errors = [{ keyword: 'normalize', params: { normalize: name }, message }]
    return false
  }
  if (context) context.parentData[context.parentDataProperty] = normal
  return true
}

const ajvWith = (coerce: boolean): Ajv => {
  const ajv = new Ajv({
    removeAdditional: false,
    useDefaults: true,
    allErrors: true,
    strict: false,
    coerceTypes: coerce ? 'array' : false,
  })
  addFormatsModule.default(ajv)
  // Decided by the normalizer; the name stays in the schema for whoever reads the OpenAPI document.
  ajv.addFormat('email', true)
  ajv.addKeyword({
    keyword: 'normalize',
    type: 'string',
    schemaType: 'string',
    before: 'maxLength',
    modifying: true,
    errors: true,
    validate: normalizeText,
  })
  return ajv
}

/** Gives an instance its validators. */
export const useValidation = (app: FastifyInstance): void => {
  const strict = ajvWith(false)
  const coercing = ajvWith(true)
  app.setValidatorCompiler(({ schema, httpPart }) => (httpPart === 'body' ? strict : coercing).compile(schema as object))
}
