// Begins the work of a transaction while its claim is still under way: nearly every claim succeeds, and one that does not undoes the work.

/** What was to be claimed belongs to somebody else, or is done. The transaction that throws this is rolled back. */
export class NotClaimed extends Error {
  constructor() {
    super('it is not ours to handle')
    this.name = 'NotClaimed'
  }
}

/**
 * Does the work while the claim, a statement of the same transaction that was sent before, is answered.
 * @throws NotClaimed whatever became of the work, else what the work throws
 */
export const whileClaiming = async <T>(claimed: Promise<boolean>, work: () => Promise<T>): Promise<T> => {
  const worked = work()
  // When the claim fails nobody asks any more how the work ended.
  worked.catch(() => undefined)
  if (!(await claimed)) throw new NotClaimed()
  return worked
}
