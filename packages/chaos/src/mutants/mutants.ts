// The list of planted defects, over every service and every rule of `reliability.md`.
import { accountMutants } from './accounts.ts'
import { backboneMutants } from './backbone.ts'
import { edgeMutants } from './edge.ts'
import { goodsAndMoneyMutants } from './goods-and-money.ts'
import type { Mutant } from './mutant.ts'
import { orderMutants } from './orders.ts'
import { transactionMutants } from './transactions.ts'

export const mutants: readonly Mutant[] = [
  ...transactionMutants,
  ...backboneMutants,
  ...orderMutants,
  ...goodsAndMoneyMutants,
  ...edgeMutants,
  ...accountMutants,
]
