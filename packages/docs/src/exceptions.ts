// Exceptions from the rules that these tests check. The lists may only shrink.

/** Exceptions from the architecture rules, as `file: what it does`. */
export const architectureExceptions: readonly string[] = []

/** Files in which a retired word is a name of the public interface, of a column, or of the operating system. */
export const publicNames: readonly string[] = [
  // Fields `ours` and `theirs` of reconciliation findings.
  'packages/contracts/src/payment/',
  'services/payment/prisma/',
  'services/payment/src/features/reconcile/',
  'packages/shop/src/ops/maintenance.ts',
  // The user `nobody`.
  'infra/native/src/drop-privileges.ts',
]
