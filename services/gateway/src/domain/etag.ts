// Entity tags and If-None-Match (RFC 9110).
import { createHash } from 'node:crypto'

export const etagOf = (body: Buffer | string): string => `"${createHash('sha1').update(body).digest('base64url')}"`

const listed = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g

/** Whether If-None-Match matches this entity: weak comparison, lists, `*`. If-Modified-Since is ignored. */
export const isCurrent = (ifNoneMatch: string | undefined, etag: string): boolean =>
  ifNoneMatch !== undefined &&
  (ifNoneMatch.trim() === '*' || [...ifNoneMatch.matchAll(listed)].some(([, opaque]) => opaque === etag))
