// What operators do with price rules: shipping zones and tax rates as whole lists, promotions one by one.
import { type Static, Type } from 'typebox'
import { Closed, Currency, named, Page, pageQuery, StoredCurrency } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { Patch } from '../patch.ts'
import { PromotionId } from '../pricing/applied.ts'
import { Promotion, promotionMembers, ShippingZone, ShippingZoneInput, TaxRate, TaxRateInput } from '../pricing/rules.ts'
import { priceRuleExamples as examples } from './price-rule-examples.ts'

const zones = { items: Type.Array(ShippingZoneInput, { maxItems: 100 }) }
const rates = {
  items: Type.Array(TaxRateInput, { maxItems: 1000 }),
  taxExcluded: Type.Array(Currency, {
    maxItems: 200,
    uniqueItems: true,
    description: 'Currencies whose prices are without tax; all others include it',
  }),
}
/** Version of the whole rule set: shipping zones, tax rates and promotions share it. */
const version = Type.Integer({ description: 'Version of the whole rule set; grows with each change of it' })

export const ShippingZones = named('ShippingZones', Type.Object({ version, items: Type.Array(ShippingZone) }))
export type ShippingZones = Static<typeof ShippingZones>
export const TaxRates = named(
  'TaxRates',
  Type.Object({ version, items: Type.Array(TaxRate), taxExcluded: Type.Array(StoredCurrency) }),
)
export type TaxRates = Static<typeof TaxRates>

const { conditions, priority, exclusive, ...needed } = promotionMembers
export const NewPromotion = named(
  'NewPromotion',
  Closed({
    ...needed,
    conditions: Type.Optional(conditions),
    priority: Type.Optional(priority),
    exclusive: Type.Optional(exclusive),
  }),
)
export type NewPromotion = Static<typeof NewPromotion>

const promotionParams = Closed({ promotionId: PromotionId })

export const priceRulesApi = {
  getShippingZones: endpoint({
    operationId: 'getShippingZones',
    method: 'GET',
    path: '/v1/admin/shipping-zones',
    auth: 'admin',
    rate: 'read',
    summary: 'List shipping zones',
    description: 'Returns all shipping zones with their options.',
    success: 200,
    response: { 200: ShippingZones },
    errors: [],
    examples: { response: examples.zones },
  }),
  setShippingZones: endpoint({
    operationId: 'setShippingZones',
    method: 'PUT',
    path: '/v1/admin/shipping-zones',
    auth: 'admin',
    rate: 'write',
    summary: 'Replace shipping zones',
    description:
      'Replaces all shipping zones. No country or region may stand in two zones; ids are chosen by the caller, and carts keep a chosen option by its id.',
    body: Closed(zones),
    success: 200,
    response: { 200: ShippingZones },
    errors: [],
    examples: { body: examples.zonesBody, response: examples.zones },
  }),
  getTaxRates: endpoint({
    operationId: 'getTaxRates',
    method: 'GET',
    path: '/v1/admin/tax-rates',
    auth: 'admin',
    rate: 'read',
    summary: 'List tax rates',
    description: 'Returns all tax rates, and the currencies whose prices are without tax.',
    success: 200,
    response: { 200: TaxRates },
    errors: [],
    examples: { response: examples.rates },
  }),
  setTaxRates: endpoint({
    operationId: 'setTaxRates',
    method: 'PUT',
    path: '/v1/admin/tax-rates',
    auth: 'admin',
    rate: 'write',
    summary: 'Replace tax rates',
    description:
      'Replaces all tax rates. Rates of a region replace those of its country, and several rates of one place add up to at most 50 percent.',
    body: Closed(rates),
    success: 200,
    response: { 200: TaxRates },
    errors: [],
    examples: { body: examples.ratesBody, response: examples.rates },
  }),
  listPromotions: endpoint({
    operationId: 'listPromotions',
    method: 'GET',
    path: '/v1/admin/promotions',
    auth: 'admin',
    rate: 'read',
    summary: 'List promotions',
    description: 'Returns promotions by their ids, the newest first.',
    query: Closed(pageQuery),
    success: 200,
    response: { 200: Page(Promotion) },
    errors: [],
    examples: { query: { limit: 20 }, response: examplePage(examples.promotion) },
  }),
  createPromotion: endpoint({
    operationId: 'createPromotion',
    method: 'POST',
    path: '/v1/admin/promotions',
    auth: 'admin',
    rate: 'write',
    summary: 'Create a promotion',
    description:
      'Creates a promotion, which takes effect at once unless its conditions say when. A promotion that contradicts itself is refused.',
    body: NewPromotion,
    success: 201,
    response: { 201: Promotion },
    errors: [],
    examples: { body: examples.newPromotion, response: examples.promotion },
  }),
  getPromotion: endpoint({
    operationId: 'getPromotion',
    method: 'GET',
    path: '/v1/admin/promotions/:promotionId',
    auth: 'admin',
    rate: 'read',
    summary: 'Get a promotion',
    description: 'Returns one promotion.',
    params: promotionParams,
    success: 200,
    response: { 200: Promotion },
    errors: ['not_found'],
    examples: { params: examples.promotionParams, response: examples.promotion },
  }),
  updatePromotion: endpoint({
    operationId: 'updatePromotion',
    method: 'PATCH',
    path: '/v1/admin/promotions/:promotionId',
    auth: 'admin',
    rate: 'write',
    summary: 'Change a promotion',
    description:
      'Changes the members that are given; `effect` and `conditions` are replaced as a whole. Orders that are placed keep their discounts.',
    params: promotionParams,
    body: Patch(promotionMembers),
    success: 200,
    response: { 200: Promotion },
    errors: ['not_found'],
    examples: { params: examples.promotionParams, body: examples.promotionChange, response: examples.changedPromotion },
  }),
  deletePromotion: endpoint({
    operationId: 'deletePromotion',
    method: 'DELETE',
    path: '/v1/admin/promotions/:promotionId',
    auth: 'admin',
    rate: 'write',
    summary: 'Remove a promotion',
    description: 'Ends a promotion. Orders that are placed keep their discounts.',
    params: promotionParams,
    success: 204,
    response: { 204: Type.Null() },
    errors: ['not_found'],
    examples: { params: examples.promotionParams },
  }),
} satisfies Record<string, Endpoint>
