// Entity tags and the conditions that name them, as RFC 9110 has them.
import { createHash } from 'node:crypto'

export const etagOf = (body: Buffer | string): string => `"${createHash('sha1').update(body).digest('base64url')}"`

const listed = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g

/** Whether If-None-Match names this entity: weak comparison, a list, or any by `*`. If-Modified-Since then counts for nothing. */
export const isCurrent = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || [...ifNoneMatch.matchAll(listed)].some(([, opaque]) => opaque === etag))
