// Lifetime of a code in whole minutes, counted from the request.

export const minutesOf = (requestedAt: Date, expiresAt: string): number =>
  Math.max(1, Math.round((Date.parse(expiresAt) - requestedAt.getTime()) / 60_000))
