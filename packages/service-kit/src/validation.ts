// Validators for requests: closed and strict; the texts of a query and a path are read as what they mean. Text with a normalizer is
// normalized before the rest of its schema is checked, so handlers see one spelling. Validation stops at the first error; then a
// sample of the request is validated once more to name the others, so the cost of a wrong request is the one of reading it.
import { type NormalizerName, normalizers } from '@cartwright/contracts'
import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { valueReader } from './query-values.ts'
import { memberNames, nameErrors } from './validation-errors.ts'

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

const ajvWith = (allErrors: boolean): Ajv => {
  const ajv = new Ajv({ removeAdditional: false, useDefaults: true, allErrors, strict: false, coerceTypes: false })
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
  const quick = ajvWith(false)
  const thorough = ajvWith(true)
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const validate = quick.compile(schema as object)
    const known = memberNames(schema)
    const read = httpPart === 'body' ? (value: unknown) => value : valueReader(schema as object)
    // Few requests are wrong, so the second validator is made when the first one is.
    let validateAll: ValidateFunction | null = null
    const errorsOf = (value: unknown): readonly ErrorObject[] => {
      validateAll ??= thorough.compile(schema as object)
      return validateAll(value) ? [] : (validateAll.errors ?? [])
    }
    return (sent: Record<string, unknown>) => {
      const value = read(sent)
      return validate(value) ? { value } : { error: nameErrors(value, validate.errors ?? [], known, errorsOf) }
    }
  })
}
