// Mutants in what follows a sale: the numbers of invoices, credit notes, and goods that come back.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const order = 'services/order/src'
const invoices = `${order}/features/read-invoices/routes.int.test.ts`
const returns = `${order}/features/return-goods`
const cancels = `${order}/features/cancel-order`
const withdraws = `${order}/features/withdraw-order`
const withdrawnOnce = int(
  `${withdraws}/routes.int.test.ts`,
  'parallel confirms make one receipt, and a repeated withdrawal answers with it',
)
const cancelsInt = `${cancels}/lines.int.test.ts`

export const afterSaleMutants: readonly Mutant[] = [
  {
    name: 'order-keeps-another-price',
    rule: 'R6',
    owner: 'order',
    breaks: 'What is kept of an order’s shipping is not what its total was calculated with, and no invariant says so.',
    file: `${order}/invariants/price-rules.ts`,
    find: 'if (is !== gives) return',
    replace: "if (is !== gives && part === 'total') return",
    heldBy: int(
      `${order}/invariants/invariants.int.test.ts`,
      'I11 finds a stored amount, line, tax or option that the frozen input does not give, and a rule set that is gone',
    ),
  },
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
    name: 'credit-note-overtakes-its-invoice',
    rule: 'R5',
    owner: 'order',
    breaks: 'A credit note is forgotten when another transaction is issuing the invoice that it refers to.',
    file: `${order}/domain/invoices.ts`,
    find: 'if (await isEarlierDue(tx, due)) return',
    replace: 'if ((await isEarlierDue(tx, due)) && due.kind === `invoice`) return',
    heldBy: int(invoices, 'a credit note waits while another transaction holds the invoice that it refers to'),
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
    name: 'line-refund-rounds-each-part',
    rule: 'R6',
    owner: 'order',
    breaks: 'The refunds of a line that is cancelled or comes back in parts do not add up to what was paid.',
    file: `${order}/domain/line-refund.ts`,
    find: 'return share(paid, before + units, line.quantity, step) - share(paid, before, line.quantity, step)',
    replace: 'return share(paid, units, line.quantity, step)',
    heldBy: unit(
      `${order}/domain/line-refund.test.ts`,
      'parts of any sizes add up to what was paid, are payable, and never exceed it on the way',
    ),
  },
  {
    name: 'return-refund-forgets-cancelled-units',
    rule: 'R6',
    owner: 'order',
    breaks: 'A line of which a part was cancelled is paid back again when it comes back.',
    file: `${order}/domain/order-units.ts`,
    find: '.reduce((units, { received }) => units + (received ?? 0), line.cancelledQuantity)',
    replace: '.reduce((units, { received }) => units + (received ?? 0), 0)',
    heldBy: unit(
      `${cancels}/decide-lines.test.ts`,
      'the share of the line is paid back, after what was cancelled and returned of it',
    ),
  },
  {
    name: 'cancelled-units-are-shipped',
    rule: 'R5',
    owner: 'order',
    breaks: 'Units that were cancelled are still left to ship.',
    file: `${order}/domain/order-units.ts`,
    find: 'quantity - cancelledQuantity',
    replace: 'quantity - Math.min(0, cancelledQuantity)',
    heldBy: int(cancelsInt, 'cancellations and shipments at once never exceed what was ordered, in ten rounds'),
  },
  {
    name: 'partial-cancel-keeps-the-stock',
    rule: 'R5',
    owner: 'order',
    breaks: 'The units of a partial cancellation do not come back into stock.',
    file: `${cancels}/cancel-lines.ts`,
    find: 'if (request.restock)',
    replace: 'if (!request.restock)',
    heldBy: int(
      cancelsInt,
      'units are cancelled once per key: their share is refunded, their stock comes back, and the rest goes on',
    ),
  },
  {
    name: 'partial-cancels-share-a-refund',
    rule: 'R6',
    owner: 'order',
    breaks: 'The second partial cancellation of an order is not paid back, since its refund has the cause of the first.',
    file: `${order}/domain/refunds.ts`,
    find: '`lines:${cancellationId}`',
    replace: '`lines:${cancellationId.slice(0, 3)}`',
    heldBy: int(cancelsInt, 'each partial cancellation has a refund of its own'),
  },
  {
    name: 'cancel-returns-cancelled-units-again',
    rule: 'R5',
    owner: 'order',
    breaks: 'The cancellation of an order asks for the stock of units that came back before.',
    file: `${order}/db/orders.ts`,
    find: 'quantity > cancelledQuantity ? [{ sku, quantity: quantity - cancelledQuantity }] : [],',
    replace: 'quantity > cancelledQuantity ? [{ sku, quantity }] : [],',
    heldBy: int(cancelsInt, 'a shopper who cancels the rest gets what is left back, and only open units go back into stock'),
  },
  {
    name: 'disputed-order-is-shipped',
    rule: 'R6',
    owner: 'order',
    breaks: 'An order whose payment is disputed is shipped without a reason.',
    file: `${order}/features/ship-order/routes.ts`,
    find: 'if (canShip(row) || isShippedDespiteDispute) return',
    replace: "if (row.status === 'processing' || isShippedDespiteDispute) return",
    heldBy: int(
      `${order}/features/ship-order/disputed.int.test.ts`,
      'a disputed order is held, and shipped only with a reason, which its operator and the audit keep',
    ),
  },
  {
    name: 'withdrawal-code-is-used-twice',
    rule: 'R7',
    owner: 'order',
    breaks: 'Of two confirmations of a withdrawal at once both are taken, since the code is not consumed.',
    file: `${order}/domain/order-codes.ts`,
    find: 'SET used_at = ${tx.dbNow} WHERE id = ${live.id}',
    replace: 'SET used_at = NULL WHERE id = ${live.id}',
    heldBy: withdrawnOnce,
  },
  {
    name: 'withdrawal-is-made-again',
    rule: 'R7',
    owner: 'order',
    breaks: 'A withdrawal that is repeated with another code is made anew and fails, in place of its receipt.',
    file: `${withdraws}/routes.ts`,
    find: '(await findWithdrawalOf(tx, order.id)) ?? (await withdraw(tx, order, deps))',
    replace: 'await withdraw(tx, order, deps)',
    heldBy: withdrawnOnce,
  },
]
