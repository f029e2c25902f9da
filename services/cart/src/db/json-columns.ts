// Codecs of the JSON columns of cart, each with its schema.
import { CartProblem, Money, PriceRules, TranslatedNames } from '@cartwright/contracts'
import { json } from '@cartwright/db'
import { Type } from 'typebox'

export const pricesColumn = json('variant.prices', Type.Array(Money))
export const compareAtColumn = json('variant.compare_at', Type.Array(Money))
export const namesColumn = json('variant.names', TranslatedNames)
export const optionsColumn = json('variant.options', Type.Record(Type.String(), Type.String()))
export const categoryIdsColumn = json('variant.category_ids', Type.Array(Type.String()))
export const problemsColumn = json('cart_merge.problems', Type.Array(CartProblem))
export const takenColumn = json(
  'cart_merge.taken',
  Type.Array(Type.Object({ lineId: Type.String(), sku: Type.String(), quantity: Type.Integer() })),
)
export const ruleSetColumn = json('price_rules.rule_set', PriceRules)
