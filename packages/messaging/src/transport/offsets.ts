// Which offset of a partition may be committed: the lowest one that is not done, however far other keys have gone ahead.

/** Progress in one partition. */
export interface OffsetTracker {
  /** An offset is being handled. One that was seen before may come again after a rewind. */
  begin(offset: number): void
  done(offset: number): void
  /** Everything below is done; null when nothing has begun. */
  floor(): number | null
  /** How far the newest offset is ahead of the floor: what a restart would deliver again at most. */
  span(): number
}

/** Starts without knowledge: the first offset that begins is the floor. */
export const offsetTracker = (): OffsetTracker => {
  let open = new Set<number>()
  let next = -1
  // Offsets begin in ascending order, so the first of the set is the lowest.
  const floor = () => {
    if (next < 0) return null
    for (const lowest of open) return lowest
    return next
  }
  return {
    begin: (offset) => {
      if (offset >= next) {
        open.add(offset)
        next = offset + 1
      } else open = new Set([...open, offset].sort((a, b) => a - b))
    },
    done: (offset) => void open.delete(offset),
    floor,
    span: () => next - (floor() ?? next),
  }
}
