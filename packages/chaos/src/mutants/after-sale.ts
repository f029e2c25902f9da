// Mutants in what follows a sale: the numbers of invoices, credit notes, and goods that come back.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const order = 'services/order/src'
const invoices = `${order}/features/read-invoices/routes.int.test.ts`
const returns = `${order}/features/return-goods`

export const afterSaleMutants: readonly Mutant[] = [
  {
    name: 'invoice-number-is-lost',
    rule: 'R1',
    owner: 'order',
    breaks: 'More numbers of invoices are taken than documents are written, which leaves gaps.',
    file: `${order}/domain/invoices.ts`,
    find: 'const first = await takeSerials(tx, prefix, year, drafts.length)',
    replace: 'const first = 1 + (await takeSerials(tx, prefix, year, drafts.length + 1))',
    heldBy: int(invoices, 'the invoices of 50 orders that are asked for at once have numbers without a gap'),
  },
  {
    name: 'credit-note-of-a-failed-refund',
    rule: 'R6',
    owner: 'order',
    breaks: 'A refund that failed meanwhile gets a credit note all the same.',
    file: `${order}/domain/invoices.ts`,
    find: "refund?.state !== 'succeeded'",
    replace: 'refund === undefined',
    heldBy: int(invoices, 'a refund that fails before its credit note is issued has none'),
  },
  {
    name: 'return-restocks-everything',
    rule: 'R5',
    owner: 'order',
    breaks: 'Goods that cannot be sold again go back into stock.',
    file: `${order}/features/return-goods/decide.ts`,
    find: 'restocked: came?.restock ? came.quantity : 0',
    replace: 'restocked: came?.quantity ?? 0',
    heldBy: int(`${returns}/routes.int.test.ts`, 'goods that cannot be sold again are paid back and not put into stock'),
  },
  {
    name: 'return-rounds-each-part',
    rule: 'R6',
    owner: 'order',
    breaks: 'The refunds of a line that comes back in parts do not add up to what was paid.',
    file: `${order}/features/return-goods/decide.ts`,
    find: 'return share(paid, known + (received ?? 0), line.quantity, step) - share(paid, known, line.quantity, step)',
    replace: 'return share(paid, received ?? 0, line.quantity, step)',
    heldBy: unit(`${returns}/decide.test.ts`, 'adds up to what was paid, however a line comes back'),
  },
]
