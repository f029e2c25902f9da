// Prices, promotions, returns and documents of the consistent state.
import type { PriceRules } from '@cartwright/contracts'
import { emptyRules } from '@cartwright/pricing'
import type { CollectedState } from '../collected-state/rows.ts'
import { at } from './consistent-events.fixture.ts'

const aDocument = (kind: string, serial: number, order_id: string, refund_id = ''): CollectedState['invoices'][number] => {
  const prefix = kind === 'invoice' ? 'INV' : 'CN'
  const number = `${prefix}-2026-00000${serial}`
  return { number, prefix, year: 2026, serial, kind, order_id, refund_id, total_minor: 3000, currency: 'EUR' }
}

const ruleSet: PriceRules = {
  ...emptyRules,
  version: 1,
  taxRates: [{ name: 'MwSt.', country: 'DE', taxClass: 'standard', rate: 19 }],
}
const priceInput = {
  lines: [{ id: 'lin_1', sku: 'MUG', quantity: 2, unitPrice: { amountMinor: 1500, currency: 'EUR' } }],
  currency: 'EUR',
  destination: { country: 'DE' },
  codes: [],
  at: at.toISOString(),
}

export const priceRows = (): Pick<CollectedState, 'priceInputs' | 'priceRuleSets'> => ({
  priceInputs: ['ord_a', 'ord_b', 'ord_c'].map((order_id) => ({
    order_id,
    rules_version: 1,
    input: JSON.stringify(priceInput),
  })),
  priceRuleSets: [{ version: 1, rule_set: JSON.stringify(ruleSet) }],
})

export const promotionRows = (): Pick<CollectedState, 'promotionUses' | 'promotionCounters'> => {
  const use = { promotion_id: 'prm_1', code: 'HALF' }
  return {
    promotionUses: [
      { ...use, order_id: 'ord_a', holder: 'gst_ord_a', given_back_at: null },
      { ...use, order_id: 'ord_b', holder: 'gst_ord_b', given_back_at: null },
      { ...use, order_id: 'ord_c', holder: 'gst_ord_c', given_back_at: at },
    ],
    promotionCounters: [
      { promotion_id: 'prm_1', scope: '', used: 2, max_uses: null },
      { promotion_id: 'prm_1', scope: 'code:HALF', used: 2, max_uses: 2 },
      { promotion_id: 'prm_1', scope: 'holder:gst_ord_a', used: 1, max_uses: 1 },
      { promotion_id: 'prm_1', scope: 'holder:gst_ord_c', used: 0, max_uses: 1 },
    ],
  }
}

export const documentRows = (): Pick<CollectedState, 'returns' | 'withdrawals' | 'invoices' | 'invoiceSeries'> => ({
  returns: [
    {
      id: 'ret_a',
      order_id: 'ord_a',
      state: 'approved',
      return_lines: JSON.stringify([{ sku: 'MUG', quantity: 2, received: null, restocked: null }]),
      refund_id: null,
    },
  ],
  withdrawals: [{ id: 'wdr_a', order_id: 'ord_a' }],
  invoices: [aDocument('invoice', 1, 'ord_a'), aDocument('invoice', 2, 'ord_b'), aDocument('credit_note', 1, 'ord_b', 'rfd_b')],
  invoiceSeries: [
    { prefix: 'INV', year: 2026, last_serial: 2 },
    { prefix: 'CN', year: 2026, last_serial: 1 },
  ],
})
