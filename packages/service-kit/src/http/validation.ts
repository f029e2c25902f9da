// Request validators. Text with a normalizer is normalized before its schema is checked, so handlers see one spelling. Validation stops at
// the first error; a sample of the request is then validated again to name the others, which bounds the cost of a wrong request.
import { type NormalizerName, normalizers } from '@cartwright/contracts'
import { Ajv, type ErrorObject, type SchemaValidateFunction, type ValidateFunction } from 'ajv'
import addFormatsModule from 'ajv-formats'
import type { FastifyInstance } from 'fastify'
import { valueReader } from './query-values.ts'
import { memberNames, nameErrors } from './validation-errors.ts'

/** Replaces the text in place by its normal form. */
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
  // The normalizer checks addresses; the format stays in the schema for readers of the OpenAPI document.
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

/** Sets the validators of an instance. */
export const useValidation = (app: FastifyInstance): void => {
  const quick = ajvWith(false)
  const thorough = ajvWith(true)
  app.setValidatorCompiler(({ schema, httpPart }) => {
    const validate = quick.compile(schema as object)
    const known = memberNames(schema)
    const read = httpPart === 'body' ? (value: unknown) => value : valueReader(schema as object)
    // Compiled at the first wrong request, since few endpoints get one.
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
