// Mutants in the transactions of `db`.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const database = 'packages/db/src/database.int.test.ts'
const transaction = 'packages/db/src/transaction.ts'
const statements = 'packages/db/src/transaction-statements.ts'

export const transactionMutants: readonly Mutant[] = [
  {
    name: 'swallowed-error-commits',
    rule: 'R1',
    owner: 'db',
    breaks: 'A transaction that caught a database error commits its other half.',
    file: statements,
    find: 'failure ??= reported',
    replace: 'void reported',
    heldBy: int(database, 'an error that the work swallows still aborts the transaction'),
  },
  {
    name: 'lock-wait-not-retried',
    rule: 'R1',
    owner: 'db',
    breaks: 'A lock wait timeout (1205) fails the transaction instead of retrying it from its start.',
    file: 'packages/db/src/errors.ts',
    find: 'const retryableErrors = { recordChanged: 1020, lockWaitTimeout: 1205, deadlock: 1213 }',
    replace: 'const retryableErrors = { recordChanged: 1020, deadlock: 1213 }',
    heldBy: int(database, 'a transaction that waits 3 s for a lock runs again from its start'),
  },
  {
    name: 'repeatable-read',
    rule: 'R1',
    owner: 'db',
    breaks: 'Transactions run at REPEATABLE READ, so they decide on an outdated snapshot.',
    file: 'packages/db/src/database.ts',
    find: 'ISOLATION LEVEL READ COMMITTED',
    replace: 'ISOLATION LEVEL REPEATABLE READ',
    heldBy: int(database, 'a transaction reads what others have committed meanwhile'),
  },
  {
    name: 'statement-after-the-end',
    rule: 'R1',
    owner: 'db',
    breaks: 'A statement that is sent after its transaction has ended runs in the next transaction of that connection.',
    file: statements,
    find: 'if (hasEnded) throw',
    replace: 'if (hasEnded && used) throw',
    heldBy: int(database, 'a transaction that has ended refuses statements'),
  },
  {
    name: 'signals-before-commit',
    rule: 'R1',
    owner: 'db',
    breaks: 'Hooks that must run after COMMIT run before it, also for a transaction that is rolled back.',
    file: transaction,
    find: 'const result = await work(tx)\n',
    replace: 'const result = await work(tx)\n    hooks.runAfterCommit()\n',
    heldBy: int(database, 'hooks and signals run once, after COMMIT, and not after a rollback'),
  },
  {
    name: 'conflict-has-no-name',
    rule: 'R1',
    owner: 'db',
    breaks: 'A duplicate key is thrown as a driver error, so no caller can tell it from a failure.',
    file: 'packages/db/src/errors.ts',
    find: 'if (errnoOf(error) !== sqlErrors.duplicateEntry) return error',
    replace: 'if (errnoOf(error) === sqlErrors.duplicateEntry) return error',
    heldBy: int(database, 'a taken unique key throws a ConflictError that names the key'),
  },
  {
    name: 'keyset-without-tiebreak',
    rule: 'R7',
    owner: 'db',
    breaks: 'A page starts after the last sort value alone, so rows with the same value are skipped.',
    file: 'packages/db/src/keyset.ts',
    find: 'keys.map((key, index) => {',
    replace: 'keys.slice(0, 1).map((key, index) => {',
    heldBy: int('packages/db/src/keyset.int.test.ts', 'pages lose no remaining row and repeat no row while rows come and go'),
  },
  {
    name: 'or-escapes-its-condition',
    rule: 'R1',
    owner: 'db',
    breaks: 'Conditions are joined without brackets, so an OR in one of them disables the others.',
    file: 'packages/db/src/sql.ts',
    find: 'present.map((condition) => sql`(${condition})`)',
    replace: 'present.map((condition) => sql`${condition}`)',
    heldBy: unit('packages/db/src/sql.test.ts', 'conditions are put in brackets, so that an OR cannot escape'),
  },
]
