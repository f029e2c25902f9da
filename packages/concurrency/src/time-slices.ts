// Time slicing: divides long synchronous work into slices, and lets the event loop run between them.

export interface TimeSlices {
  /** Resolves at once while the slice lasts; after its end, when the event loop has run the callbacks that were due. */
  pauseWhenDue(): Promise<void>
}

/**
 * The first slice begins with the call. What the caller awaits besides counts as work.
 * @param sliceMs milliseconds after which work pauses, checked where the caller asks
 */
export const createTimeSlices = (sliceMs: number, nowMs: () => number = performance.now.bind(performance)): TimeSlices => {
  let startedAt = nowMs()
  return {
    pauseWhenDue: async () => {
      if (nowMs() - startedAt < sliceMs) return
      await new Promise(setImmediate)
      startedAt = nowMs()
    },
  }
}
