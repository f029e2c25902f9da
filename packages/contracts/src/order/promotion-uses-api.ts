// How often a promotion is used, by which orders, and by which codes. Order owns the uses; catalog owns promotions and codes.
import { type Static, Type } from 'typebox'
import { Closed, Nullable, named, Page, pageQuery, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleIds, exampleNumber, examplePage, exampleTime } from '../examples.ts'
import { PromotionCode, PromotionId } from '../pricing/applied.ts'
import { OrderId } from './lines.ts'

/** An order that a promotion took something off. */
export const PromotionUse = named(
  'PromotionUse',
  Type.Object({
    orderId: OrderId,
    orderNumber: Type.String(),
    code: Nullable(Type.String()),
    usedAt: Time,
    /** When the order was cancelled before its payment. Such a use does not count. */
    givenBackAt: Nullable(Time),
  }),
)
export type PromotionUse = Static<typeof PromotionUse>

const used = Type.Integer({ minimum: 0, description: 'Uses that are not given back' })

export const PromotionUses = named(
  'PromotionUses',
  Type.Object({
    promotionId: PromotionId,
    used,
    limit: Nullable(Type.Integer({ description: 'Of the whole promotion; null without one' })),
    byCode: Nullable(
      Type.Array(
        Type.Object({
          code: Type.String(),
          used,
          limit: Nullable(Type.Integer({ description: 'The limit at the last use; null without one' })),
        }),
        { description: 'Codes that have been used; null when they are more than 100: ask for one by `code`' },
      ),
    ),
    ...Page(PromotionUse).properties,
  }),
)
export type PromotionUses = Static<typeof PromotionUses>

const use: PromotionUse = {
  orderId: exampleIds.order,
  orderNumber: exampleNumber,
  code: 'AUTUMN-10',
  usedAt: exampleTime(5),
  givenBackAt: null,
}
const promotionId = 'prm_01m8mk6tg4x7rhqn30vwdz5s2c'

export const promotionUsesApi = {
  listPromotionUses: endpoint({
    operationId: 'listPromotionUses',
    method: 'GET',
    path: '/v1/admin/promotions/:promotionId/uses',
    auth: 'admin',
    rate: 'read',
    summary: 'List a promotion’s uses',
    description:
      'Returns how often a promotion is used and may be used, the same for each of its codes while at most 100 of them have been used, and the orders that hold a use, the newest first. `code` asks for the uses of one code. A promotion that is deleted keeps its uses.',
    params: Closed({ promotionId: PromotionId }),
    query: Closed({ ...pageQuery, code: Type.Optional(PromotionCode) }),
    success: 200,
    response: { 200: PromotionUses },
    errors: ['not_found'],
    examples: {
      params: { promotionId },
      query: { limit: 20 },
      response: {
        promotionId,
        used: 1,
        limit: 500,
        byCode: [{ code: 'AUTUMN-10', used: 1, limit: null }],
        ...examplePage(use),
      },
    },
  }),
} satisfies Record<string, Endpoint>
