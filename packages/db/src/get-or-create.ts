// Per-transaction or per-database storage: each module uses its own symbol as key.

/** The value under `key`, created at the first call. Only the module that owns the key uses it, so the type is known. */
export const getOrCreate = <T>(scope: Map<symbol, unknown>, key: symbol, create: () => T): T => {
  if (!scope.has(key)) scope.set(key, create())
  return scope.get(key) as T
}
