// Planted defects in the transactions of `db`.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const database = 'packages/db/src/database.int.test.ts'
const transaction = 'packages/db/src/transaction.ts'

export const transactionMutants: readonly Mutant[] = [
  {
    name: 'swallowed-error-commits',
    rule: 'R1',
    owner: 'db',
    breaks: 'A transaction whose work caught a database error commits the half that was not undone.',
    file: transaction,
    find: 'failure ??= told',
    replace: 'void told',
    heldBy: int(database, 'an error that the work swallows still aborts the transaction'),
  },
  {
    name: 'lock-wait-not-retried',
    rule: 'R1',
    owner: 'db',
    breaks: 'A lock wait (1205) ends the transaction for its caller instead of running it again from its start.',
    file: 'packages/db/src/errors.ts',
    find: 'const retryable = new Set([1213, 1205, 1020])',
    replace: 'const retryable = new Set([1213, 1020])',
    heldBy: int(database, 'a lock that is not given in 3 s is waited for again by a fresh run of the whole transaction'),
  },
  {
    name: 'repeatable-read',
    rule: 'R1',
    owner: 'db',
    breaks: 'Transactions run at REPEATABLE READ, so a decision is made on a snapshot that others have changed.',
    file: 'packages/db/src/database.ts',
    find: 'ISOLATION LEVEL READ COMMITTED',
    replace: 'ISOLATION LEVEL REPEATABLE READ',
    heldBy: int(database, 'a transaction reads what others have committed meanwhile'),
  },
  {
    name: 'statement-after-the-end',
    rule: 'R1',
    owner: 'db',
    breaks: 'A statement that is sent after its transaction has ended runs on the connection of whoever has it next.',
    file: transaction,
    find: 'if (ended) throw',
    replace: 'if (ended && used) throw',
    heldBy: int(database, 'nothing runs in a transaction that has ended'),
  },
  {
    name: 'signals-before-commit',
    rule: 'R1',
    owner: 'db',
    breaks: 'What must run after COMMIT runs before it, also for a transaction that is then rolled back.',
    file: transaction,
    find: 'const result = await work(open.tx)\n',
    replace: 'const result = await work(open.tx)\n    open.committed()\n',
    heldBy: int(database, 'hooks and signals run after the commit, once, and not for what was rolled back'),
  },
  {
    name: 'conflict-has-no-name',
    rule: 'R1',
    owner: 'db',
    breaks: 'A taken unique key leaves the transaction as a bare driver error, so no caller can tell it from a failure.',
    file: 'packages/db/src/errors.ts',
    find: 'if (errnoOf(error) !== 1062) return error',
    replace: 'if (errnoOf(error) === 1062) return error',
    heldBy: int(database, 'a unique key that is taken leaves as a conflict that names the key'),
  },
  {
    name: 'keyset-without-tiebreak',
    rule: 'R7',
    owner: 'db',
    breaks: 'A page begins behind the last sort value alone, so rows that share it are lost.',
    file: 'packages/db/src/keyset.ts',
    find: 'keys.map((key, index) => {',
    replace: 'keys.slice(0, 1).map((key, index) => {',
    heldBy: int(
      'packages/db/src/keyset.int.test.ts',
      'paging while rows come and go loses nothing that stays and repeats nothing',
    ),
  },
  {
    name: 'or-escapes-its-condition',
    rule: 'R1',
    owner: 'db',
    breaks: 'Conditions are joined without brackets, so an OR in one of them undoes the others.',
    file: 'packages/db/src/sql.ts',
    find: 'present.map((condition) => sql`(${condition})`)',
    replace: 'present.map((condition) => sql`${condition}`)',
    heldBy: unit('packages/db/src/sql.test.ts', 'conditions are put in brackets, so that an OR cannot escape'),
  },
]
