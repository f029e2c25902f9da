// Named places at which a test harness may kill the process. Absent in production, so they cost nothing there.

/**
 * Where a process may die or stop: around the commit of a handler, before the relay sends what it has read and
 * before it marks that, before a job's effect (what it was decided on has
 * been read), behind the effect, around the commit of its result, around the commit of a request's transaction, and in the gateway before a
 * request is passed on and before its answer is.
 */
export type CrashPoint =
  | 'before-handler-commit'
  | 'after-handler-commit'
  | 'after-commit-before-offset'
  | 'before-send'
  | 'after-ack-before-mark'
  | 'before-effect'
  | 'after-effect-before-apply'
  | 'before-job-commit'
  | 'after-job-commit'
  | 'before-request-commit'
  | 'after-request-commit'
  | 'before-forward'
  | 'before-answer'

/** Called when a named place is reached. @param subject the event type, job kind or operation in hand */
export type CrashHook = (point: CrashPoint, subject: string) => void
