// User-facing error of the dev-services thread, which does not load service-kit.

/** An error whose message tells the user what to do. Programs print it without a stack. */
export class UserFacingError extends Error {
  readonly isUserFacing = true
}
