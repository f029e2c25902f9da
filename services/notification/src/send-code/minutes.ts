// How long a code works, in words for its reader: whole minutes from when it was asked for.

export const minutesOf = (askedAt: Date, expiresAt: string): number =>
  Math.max(1, Math.round((Date.parse(expiresAt) - askedAt.getTime()) / 60_000))
