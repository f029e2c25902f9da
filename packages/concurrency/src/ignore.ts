// Waits for a promise whose failure is reported elsewhere. It also keeps Node.js from reporting an unhandled rejection.

/** @param _reportedBy who reports the failure, or why it does no harm: documentation at the call */
export const ignore = (work: Promise<unknown>, _reportedBy: string): Promise<void> =>
  work.then(
    () => undefined,
    () => undefined,
  )
