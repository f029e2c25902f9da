// Crash points: named places at which the fault harness may kill the process. Production passes no hook.

/**
 * Where a process may be killed: around the commit of a handler and before its offset, around a send of the relay, around a job's effect
 * and the commit of its result, around the commits of a request or scheduled task, and in the gateway around a forwarded request.
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
  | 'before-task-commit'
  | 'after-task-commit'
  | 'before-forward'
  | 'before-answer'

/** Called when a crash point is reached. @param subject the event type, job kind, operation or name of the task */
export type CrashHook = (point: CrashPoint, subject: string) => void
