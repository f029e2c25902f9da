// Pages of a list: the first one when it is awaited, the items of all when it is walked.
import type { Paged } from './options.ts'

interface AnyPage {
  items: readonly unknown[]
  nextCursor: string | null
}

/** @param load reads a page; undefined is the cursor of the page that was asked for */
export const paged = (load: (cursor: string | undefined) => Promise<AnyPage>): Paged<AnyPage> => {
  let first: Promise<AnyPage> | undefined
  const firstPage = () => {
    first ??= load(undefined)
    return first
  }
  return {
    // biome-ignore lint/suspicious/noThenProperty: a list can be awaited; it asks for nothing before that.
    then: (onPage, onError) => firstPage().then(onPage, onError),
    async *[Symbol.asyncIterator]() {
      for (let page = await firstPage(); ; page = await load(page.nextCursor)) {
        yield* page.items
        if (page.nextCursor === null) return
      }
    },
  }
}
