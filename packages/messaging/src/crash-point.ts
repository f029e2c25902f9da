// Named places at which a test harness may kill the process. Absent in production, so they cost nothing there.

/** Where a process may die: around the commit of a handler, around the relay's mark, between a job's effect and its result. */
export type CrashPoint =
  | 'before-handler-commit'
  | 'after-handler-commit'
  | 'after-commit-before-offset'
  | 'after-ack-before-mark'
  | 'after-effect-before-apply'

/** Called when a named place is reached. @param subject the event type or job kind in hand */
export type CrashHook = (point: CrashPoint, subject: string) => void
