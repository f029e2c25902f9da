// Failures in Stripe's own shape, so that the real library raises its own error classes.

interface Details {
  code?: string
  param?: string
}

export class StripeFailure extends Error {
  readonly status: number
  readonly body: { error: { type: string; message: string } & Details }
  /** Whether the endpoint had begun its work: only then does an idempotency key keep the failure. */
  readonly begun: boolean

  constructor(status: number, type: string, message: string, details: Details = {}, begun = false) {
    super(message)
    this.name = 'StripeFailure'
    this.status = status
    this.body = { error: { type, message, ...details } }
    this.begun = begun
  }
}

const details = (param?: string, code?: string): Details => ({
  ...(param === undefined ? {} : { param }),
  ...(code === undefined ? {} : { code }),
})

/** The parameters cannot be read: nothing was tried. */
export const invalid = (message: string, param?: string, code?: string): StripeFailure =>
  new StripeFailure(400, 'invalid_request_error', message, details(param, code))

/** The parameters are well formed, but Stripe does not do this. */
export const refused = (message: string, param?: string, code?: string): StripeFailure =>
  new StripeFailure(400, 'invalid_request_error', message, details(param, code), true)

export const missing = (kind: string, id: string, param = 'id'): StripeFailure =>
  new StripeFailure(404, 'invalid_request_error', `No such ${kind}: '${id}'`, { code: 'resource_missing', param })
