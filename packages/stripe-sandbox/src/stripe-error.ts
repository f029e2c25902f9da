// Failures in Stripe's own shape, so that the real library raises its own error classes.

export class StripeFailure extends Error {
  readonly status: number
  readonly body: { error: { type: string; code?: string; message: string; param?: string } }

  constructor(status: number, type: string, message: string, details: { code?: string; param?: string } = {}) {
    super(message)
    this.name = 'StripeFailure'
    this.status = status
    this.body = { error: { type, message, ...details } }
  }
}

export const invalid = (message: string, param?: string, code?: string): StripeFailure =>
  new StripeFailure(400, 'invalid_request_error', message, { ...(param === undefined ? {} : { param }), ...(code === undefined ? {} : { code }) })

export const missing = (kind: string, id: string): StripeFailure =>
  new StripeFailure(404, 'invalid_request_error', `No such ${kind}: '${id}'`, { code: 'resource_missing', param: 'id' })
