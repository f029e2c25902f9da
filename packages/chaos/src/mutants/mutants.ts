// List of all mutants, over every service and every rule of `reliability.md`.

import { accountMutants } from './accounts.ts'
import { afterSaleMutants } from './after-sale.ts'
import { edgeMutants } from './edge.ts'
import { invariantMutants } from './invariants.ts'
import { messagingMutants } from './messaging.ts'
import type { Mutant } from './mutant.ts'
import { orderMutants } from './orders.ts'
import { promotionMutants } from './promotions.ts'
import { goodsAndMoneyMutants } from './stock-and-money.ts'
import { transactionMutants } from './transactions.ts'

export const mutants: readonly Mutant[] = [
  ...transactionMutants,
  ...messagingMutants,
  ...orderMutants,
  ...promotionMutants,
  ...afterSaleMutants,
  ...invariantMutants,
  ...goodsAndMoneyMutants,
  ...edgeMutants,
  ...accountMutants,
]
