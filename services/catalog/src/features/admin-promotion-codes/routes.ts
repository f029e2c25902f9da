// Routes by which operators create, list and switch the codes of a promotion.
import { type AdminPromotionCode, AppError, catalogApi, type NewPromotionCodes } from '@cartwright/contracts'
import { CursorError, decodeCursor, encodeCursor, pageOf, type Queryable, type Tx } from '@cartwright/db'
import { audit } from '@cartwright/service-kit'
import type { PromotionCodeRow } from '../../db/generated/rows.ts'
import { getPriceRules, lockPriceRules } from '../../db/price-rules.ts'
import {
  insertCodes,
  insertFreeCodes,
  listCodesOf,
  listTaken,
  lockCode,
  type NewCode,
  updateSwitchedOff,
} from '../../db/promotion-codes.ts'
import { route } from '../../deps.ts'
import { getPromotionIn, refuseErrors } from '../../domain/price-rules.ts'
import { drawCodes } from './draw-code.ts'

const insertBatch = 2000
const shownAtOnce = 100
const order = 'newest'
/** Sorts above every code. */
const beforeAllCodes = '~'

const shownCode = ({ code, promotion_id, max_uses, switched_off_at, created_at }: PromotionCodeRow): AdminPromotionCode => ({
  code,
  promotionId: promotion_id,
  maxUses: max_uses,
  active: switched_off_at === null,
  createdAt: created_at.toISOString(),
})

const behindOf = (cursor: string): [Date, string] => {
  const [createdAt, code] = decodeCursor(order, cursor, 2)
  const at = new Date(typeof createdAt === 'string' ? createdAt : Number.NaN)
  if (Number.isNaN(at.getTime()) || typeof code !== 'string') throw new CursorError()
  return [at, code]
}

const pageOfCodes = async (db: Queryable, promotionId: string, limit: number, behind: [Date, string] | null) => {
  const rows = await listCodesOf(db, promotionId, { limit: limit + 1, behind })
  const page = pageOf(rows, limit, (last) => encodeCursor(order, [last.created_at.toISOString(), last.code]))
  return { items: page.items.map(shownCode), nextCursor: page.nextCursor }
}

/** @throws AppError validation_failed unless the body asks for drawn codes or for named ones */
const refuseAmbiguous = ({ count, codes = [], maxUses }: NewPromotionCodes): void => {
  const isNamed = codes.length > 0
  if ((count === undefined) !== isNamed)
    refuseErrors([{ path: '/count', message: 'is needed when `codes` is absent, and only then' }])
  if (maxUses !== undefined && !isNamed)
    refuseErrors([{ path: '/maxUses', message: 'is for named codes: a drawn one has one use' }])
  const repeated = codes.flatMap((code, index) =>
    codes.indexOf(code) < index ? [{ path: `/codes/${index}`, message: 'is named twice: case and blanks do not count' }] : [],
  )
  refuseErrors(repeated)
}

type Common = Pick<NewCode, 'promotion_id' | 'created_at'>

/**
 * Draws codes until there are enough: one that is taken, by a chance of 2⁻⁴⁰ in a shop of 100,000, is replaced. Sorted rows append to the
 * indexes, where random ones would touch every page.
 */
const insertDrawn = async (tx: Tx, count: number, common: Common): Promise<void> => {
  for (let left = count; left > 0; ) {
    const rows = drawCodes(left)
      .sort()
      .map((code) => ({ ...common, code, max_uses: 1 }))
    for (let at = 0; at < rows.length; at += insertBatch) left -= await insertFreeCodes(tx, rows.slice(at, at + insertBatch))
  }
}

/** The lock of the price rules makes calls wait for each other, so that each can name all taken codes. @throws AppError code_taken */
const insertNamed = async (tx: Tx, { codes, maxUses }: { codes: readonly string[]; maxUses: number | null }, common: Common) => {
  await lockPriceRules(tx)
  const taken = await listTaken(tx, codes)
  if (taken.length > 0) throw new AppError('code_taken', { extra: { codes: taken } })
  await insertCodes(
    tx,
    codes.map((code) => ({ ...common, code, max_uses: maxUses })),
  )
}

export const createPromotionCodes = route(catalogApi.createPromotionCodes, ({ request, deps, idempotentTx }) => {
  const { promotionId } = request.params
  const { count, codes = [], maxUses = null } = request.body
  refuseAmbiguous(request.body)
  return idempotentTx(async (tx) => {
    const promotion = getPromotionIn(await getPriceRules(tx), promotionId)
    if (promotion.trigger !== 'code') throw new AppError('promotion_automatic')
    const common = { promotion_id: promotionId, created_at: deps.clock.now() }
    if (count === undefined) await insertNamed(tx, { codes, maxUses }, common)
    else await insertDrawn(tx, count, common)
    const created = count ?? codes.length
    await audit(tx, {
      actor: request.principal.id,
      action: 'promotion-codes.create',
      target: promotionId,
      after: { created, maxUses: count === undefined ? maxUses : 1 },
    })
    const page = await pageOfCodes(tx, promotionId, Math.min(created, shownAtOnce), [common.created_at, beforeAllCodes])
    return { created, ...page }
  })
})

export const listPromotionCodes = route(catalogApi.listPromotionCodes, async ({ request, deps: { db } }) => {
  const { limit = 20, cursor } = request.query
  const { id } = getPromotionIn(await getPriceRules(db), request.params.promotionId)
  return pageOfCodes(db, id, limit, cursor === undefined ? null : behindOf(cursor))
})

export const updatePromotionCode = route(catalogApi.updatePromotionCode, async ({ request, deps: { db } }) => {
  const { promotionId, code } = request.params
  const { active } = request.body
  return db.tx(async (tx) => {
    getPromotionIn(await getPriceRules(tx), promotionId)
    const row = await lockCode(tx, promotionId, code)
    if (row === null) throw new AppError('not_found')
    const before = shownCode(row)
    if (before.active === active) return before
    updateSwitchedOff(tx, code, !active)
    await audit(tx, {
      actor: request.principal.id,
      action: 'promotion-code.switch',
      target: code,
      before: { active: before.active },
      after: { active },
    })
    return { ...before, active }
  })
})
