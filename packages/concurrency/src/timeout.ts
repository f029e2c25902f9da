// Time limits for promises. The work itself is not cancelled: only its waiter goes on.

const race = <T>(
  work: Promise<T>,
  ms: number,
  onTimeout: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
) =>
  new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => onTimeout(resolve, reject), ms)
    work.then(resolve, reject).finally(() => clearTimeout(timer))
  })

/** Settles as `work` does. @throws the error that `createError` makes when `work` has not settled after `ms` */
export const withTimeout = <T>(ms: number, work: Promise<T>, createError: () => Error): Promise<T> =>
  race(work, ms, (_, reject) => reject(createError()))

/** Waits for `work`, at most `ms`. @returns whether `work` has settled, fulfilled or rejected */
export const waitAtMost = (ms: number, work: Promise<unknown>): Promise<boolean> => {
  const settled = work.then(
    () => true,
    () => true,
  )
  return race(settled, ms, (resolve) => resolve(false))
}
