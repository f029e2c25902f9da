// Error codes of callers that prove who they are again: by a cookie, or by the current password.

export const signInErrors = {
  csrf_refused: {
    status: 403,
    title: 'A cookie session needs X-Session and an allowed origin',
    remedy: 'Send the header `X-Session` from a page of the gateway’s own origin, or of one in GATEWAY_CORS_ORIGINS.',
  },
  current_password_wrong: {
    status: 403,
    title: 'The current password is wrong',
    remedy: 'Enter the password of the account again; after many wrong ones wait for Retry-After.',
  },
}
