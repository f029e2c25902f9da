// What a module keeps under its own symbol, for as long as a transaction or a database lasts.

/** What is kept under `key`; made when it is asked for the first time. Whoever owns the key knows the type. */
export const kept = <T>(place: Map<symbol, unknown>, key: symbol, make: () => T): T => {
  if (!place.has(key)) place.set(key, make())
  return place.get(key) as T
}
