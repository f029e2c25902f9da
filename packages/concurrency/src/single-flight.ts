// Single flight: callers that ask for the same key at the same time share one call and its outcome.

export interface SingleFlight<T> {
  /** Joins the call in flight for `key`, or starts `work`. Outcomes are not kept: the next call starts anew. */
  run(key: string, work: () => Promise<T>): Promise<T>
}

export const createSingleFlight = <T>(): SingleFlight<T> => {
  const inFlight = new Map<string, Promise<T>>()
  return {
    run: (key, work) => {
      const known = inFlight.get(key)
      if (known) return known
      const call = work()
      inFlight.set(key, call)
      const forget = () => void inFlight.delete(key)
      call.then(forget, forget)
      return call
    },
  }
}
