// Lets pieces of work that are ready at the same moment go together; one that is alone goes at once, and a slow one holds nobody up.

export interface Company<M> {
  /** Resolves or rejects as the member's own work does. */
  join(member: M): Promise<void>
}

export interface CompanyOptions<M> {
  /** Does the work of all at once, also of one. @returns false when nothing was done, and each must go alone */
  together(members: readonly M[]): Promise<boolean>
  alone(member: M): Promise<void>
  /** Members at most. */
  size: number
  /** How long those who come wait for the ones before them: after that the next set out beside them. */
  patienceMs: number
}

interface Waiting<M> {
  member: M
  resolve: (work: Promise<void> | void) => void
}

/** One after the other while they are quick: whoever comes meanwhile makes up the next company. */
export const company = <M>({ together, alone, size, patienceMs }: CompanyOptions<M>): Company<M> => {
  const waiting: Waiting<M>[] = []
  let leading: symbol | null = null

  const goAlone = ({ member, resolve }: Waiting<M>): Promise<unknown> => {
    const work = alone(member)
    resolve(work)
    return work.catch(() => undefined)
  }

  const perform = async (members: readonly Waiting<M>[]): Promise<void> => {
    if (await together(members.map(({ member }) => member))) {
      for (const { resolve } of members) resolve()
      return
    }
    await Promise.all(members.map(goAlone))
  }

  const setOut = (self: symbol): void => {
    const pass = (): void => {
      clearTimeout(timer)
      if (leading !== self) return
      leading = null
      next()
    }
    const timer = setTimeout(pass, patienceMs)
    void perform(waiting.splice(0, size)).finally(pass)
  }

  const next = (): void => {
    if (leading !== null || waiting.length === 0) return
    const self = Symbol('company')
    leading = self
    // At the end of this turn: what is handed out in one go sets out together.
    queueMicrotask(() => setOut(self))
  }

  return {
    join: (member) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push({ member, resolve })
      next()
      return promise
    },
  }
}
