// What operators do with the codes of a promotion, and how cart and order look codes up.
import { type Static, Type } from 'typebox'
import { Closed, Nullable, named, Page, pageQuery, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { examplePage } from '../examples.ts'
import { PromotionCode, PromotionId } from '../pricing/applied.ts'
import { priceRuleExamples as examples } from './price-rule-examples.ts'

/** The most codes that one call draws. */
export const drawLimit = 100_000
/** The most codes that one call names. */
export const namedCodesLimit = 1000

const code = Type.String({ description: 'In its normal form' })
const maxUses = Type.Integer({ minimum: 1, maximum: 1_000_000_000, description: 'Orders that may use the code' })

/** A code of a promotion. An inactive one is unknown to shoppers. */
export const AdminPromotionCode = named(
  'AdminPromotionCode',
  Type.Object({
    code,
    promotionId: PromotionId,
    maxUses: Nullable(Type.Integer({ description: 'Null: only the limits of the promotion count' })),
    active: Type.Boolean(),
    createdAt: Time,
  }),
)
export type AdminPromotionCode = Static<typeof AdminPromotionCode>

/** Codes to create: either `count` codes that the shop draws, each for one use, or the `codes` themselves. */
export const NewPromotionCodes = named(
  'NewPromotionCodes',
  Closed({
    count: Type.Optional(Type.Integer({ minimum: 1, maximum: drawLimit })),
    codes: Type.Optional(Type.Array(PromotionCode, { minItems: 1, maxItems: namedCodesLimit })),
    maxUses: Type.Optional(maxUses),
  }),
)
export type NewPromotionCodes = Static<typeof NewPromotionCodes>

/** A code as cart and order know it. */
export const InternalPromotionCode = Type.Object({ code, promotionId: PromotionId, maxUses: Nullable(Type.Integer()) })
export type InternalPromotionCode = Static<typeof InternalPromotionCode>

const promotionParams = Closed({ promotionId: PromotionId })
const codeParams = Closed({ promotionId: PromotionId, code: PromotionCode })

export const promotionCodesApi = {
  createPromotionCodes: endpoint({
    operationId: 'createPromotionCodes',
    method: 'POST',
    path: '/v1/admin/promotions/:promotionId/codes',
    auth: 'admin',
    rate: 'write',
    idempotent: true,
    timeoutMs: 60_000,
    summary: 'Create promotion codes',
    description:
      'Draws `count` codes that cannot be guessed, each for one use, or takes the named `codes`, each for `maxUses` or without a limit of its own. Returns how many there are and the first of them; `nextCursor` continues in the list of codes.',
    params: promotionParams,
    body: NewPromotionCodes,
    success: 201,
    response: {
      201: Type.Object({ created: Type.Integer(), items: Type.Array(AdminPromotionCode), nextCursor: Nullable(Type.String()) }),
    },
    errors: ['not_found', 'promotion_automatic', 'code_taken'],
    examples: {
      params: examples.promotionParams,
      body: examples.newCodes,
      response: { created: 1, ...examplePage(examples.promotionCode) },
    },
  }),
  listPromotionCodes: endpoint({
    operationId: 'listPromotionCodes',
    method: 'GET',
    path: '/v1/admin/promotions/:promotionId/codes',
    auth: 'admin',
    rate: 'read',
    summary: 'List promotion codes',
    description: 'Returns the codes of a promotion, the newest first.',
    params: promotionParams,
    query: Closed(pageQuery),
    success: 200,
    response: { 200: Page(AdminPromotionCode) },
    errors: ['not_found'],
    examples: { params: examples.promotionParams, query: { limit: 20 }, response: examplePage(examples.promotionCode) },
  }),
  updatePromotionCode: endpoint({
    operationId: 'updatePromotionCode',
    method: 'PATCH',
    path: '/v1/admin/promotions/:promotionId/codes/:code',
    auth: 'admin',
    rate: 'write',
    summary: 'Switch a promotion code',
    description:
      'Switches a code off, so that it is unknown to shoppers, or on again. Orders that are placed keep their discounts.',
    params: codeParams,
    body: Closed({ active: Type.Boolean() }),
    success: 200,
    response: { 200: AdminPromotionCode },
    errors: ['not_found'],
    examples: {
      params: { ...examples.promotionParams, code: examples.promotionCode.code },
      body: { active: false },
      response: { ...examples.promotionCode, active: false },
    },
  }),
  internalPromotionCodes: endpoint({
    operationId: 'internalPromotionCodes',
    method: 'GET',
    path: '/internal/promotion-codes',
    auth: 'internal',
    summary: 'Look up promotion codes',
    description:
      'Returns the codes that shoppers can use, by their normal form; unknown ones and those that are off are left out.',
    query: Closed({ codes: Type.String({ pattern: '^[A-Z0-9_,-]+$', maxLength: 1000 }) }),
    success: 200,
    response: { 200: Type.Object({ items: Type.Array(InternalPromotionCode) }) },
    errors: [],
  }),
} satisfies Record<string, Endpoint>
