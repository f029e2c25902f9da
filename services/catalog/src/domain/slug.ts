// Slugs from names: transliterated to ASCII, with a random suffix when the plain slug is taken.
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
 * Calls `create` with a free slug. A requested slug is used as it is. A slug made from the name gets a random suffix when it is taken, so
 * that concurrent creations of one name do not collide again.
 * @throws AppError slug_taken when the requested slug is taken
 */
export const withFreeSlug = async <T>(
  { requested, plain, suffix }: { requested: string | undefined; plain: string; suffix: () => string },
  create: (slug: string) => Promise<T>,
): Promise<T> => {
  for (let tries = 1; ; tries++) {
    try {
      return await create(requested ?? (tries === 1 ? plain : `${plain}-${suffix()}`))
    } catch (error) {
      const taken = error instanceof AppError && error.code === 'slug_taken'
      if (!taken || requested !== undefined || tries === maxTries) throw error
    }
  }
}
