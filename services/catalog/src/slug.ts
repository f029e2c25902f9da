// Slugs from names: transliterated to ASCII, with a suffix when the plain one is taken.
import { AppError } from '@cartwright/contracts'
import { transliterate } from 'transliteration'

/** Leaves room for a suffix in the column of 120 characters. */
const maxLength = 100
const maxTries = 5

/** A slug from a name in any script: ASCII, lower case, dashes. A name without letters gets `fallback`. */
export const slugOf = (name: string, fallback: string): string =>
  transliterate(name.normalize('NFKC'))
    .normalize('NFKD')
    .replace(/[\u0300-\u036f'’`]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-/, '')
    .slice(0, maxLength)
    .replace(/-$/, '') || fallback

/**
 * Creates something under a free slug. One that was asked for is taken as it is; one made from the name gets a random suffix when it is taken,
 * so names that are created at the same moment do not meet again.
 * @throws AppError slug_taken when the slug that was asked for is taken
 */
export const withFreeSlug = async <T>(
  { asked, plain, suffix }: { asked: string | undefined; plain: string; suffix: () => string },
  create: (slug: string) => Promise<T>,
): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await create(asked ?? (tries === 1 ? plain : `${plain}-${suffix()}`))
    } catch (error) {
      const taken = error instanceof AppError && error.code === 'slug_taken'
      if (!taken || asked !== undefined || tries === maxTries) throw error
    }
  }
}
