// Errors in Stripe's format, so that the Stripe library throws its own error classes.

interface Details {
  code?: string
  param?: string
}

export class StripeFailure extends Error {
  readonly status: number
  readonly body: { error: { type: string; message: string } & Details }
  /** Whether the parameters were valid: only then does an idempotency key store the failure. */
  readonly afterValidation: boolean

  constructor(status: number, type: string, message: string, details: Details = {}, afterValidation = false) {
    super(message)
    this.name = 'StripeFailure'
    this.status = status
    this.body = { error: { type, message, ...details } }
    this.afterValidation = afterValidation
  }
}

const details = (param?: string, code?: string): Details => ({
  ...(param === undefined ? {} : { param }),
  ...(code === undefined ? {} : { code }),
})

/** Malformed parameters: nothing was tried. */
export const invalid = (message: string, param?: string, code?: string): StripeFailure =>
  new StripeFailure(400, 'invalid_request_error', message, details(param, code))

/** Valid parameters that Stripe refuses. */
export const refused = (message: string, param?: string, code?: string): StripeFailure =>
  new StripeFailure(400, 'invalid_request_error', message, details(param, code), true)

export const missing = (kind: string, id: string, param = 'id'): StripeFailure =>
  new StripeFailure(404, 'invalid_request_error', `No such ${kind}: '${id}'`, { code: 'resource_missing', param })
