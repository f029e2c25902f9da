// Codecs of the JSON columns of catalog, each with the schema of the event that carries the value.
import { CategoryTranslations, catalogEvents, OneOf, PriceRules, ProductTranslations } from '@cartwright/contracts'
import { json } from '@cartwright/db'
import { Type } from 'typebox'

const { images, options, variants } = catalogEvents.productChanged.data.properties

export const imagesColumn = json('product.images', images)
export const variantImagesColumn = json('variant.images', images)
export const productTranslationsColumn = json('product.translations', ProductTranslations)
export const categoryTranslationsColumn = json('category.translations', CategoryTranslations)
export const optionsColumn = json('product.options', options)
export const variantOptionsColumn = json('variant.options', variants.items.properties.options)

/** Quantities are sums of lines and may exceed the limit of one order line. */
const StockLines = Type.Array(Type.Object({ sku: Type.String(), quantity: Type.Integer() }))
export const reservedLinesColumn = json('reservation.stock_lines', StockLines)
export const returnedLinesColumn = json('stock_return.stock_lines', StockLines)

/** Answer of a reservation in the state `rejected`. */
export const rejectedAnswerColumn = json('reservation.answer', catalogEvents.stockRejected.data)
/** Answer of a reservation in the state `released`. */
export const releasedAnswerColumn = json('reservation.answer', Type.Object({ reason: OneOf('requested', 'lapsed') }))

export const ruleSetColumn = json('price_rules.rule_set', PriceRules)
