// Offset tracker of a partition: the offset that may be committed is the lowest one that is not done.

/** Progress in one partition. */
export interface OffsetTracker {
  /** Notes that an offset is being handled. After a rewind an offset may begin again. */
  begin(offset: number): void
  done(offset: number): void
  /** Everything below is done; null when nothing has begun. */
  floor(): number | null
  /** How far the newest offset is ahead of the floor: what a restart delivers again at most. */
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
