// Property tests of the taxes on credit notes.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { taxesOfPart } from './invoice-content.ts'

const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const amount = fc.integer({ min: 0, max: 99_999_999 })

test('the taxes of refunds that follow each other add up to the taxes of the whole, and none exceeds its refund', () => {
  fc.assert(
    fc.property(
      fc.array(amount, { minLength: 1, maxLength: 8 }),
      fc.array(fc.nat(99), { minLength: 1, maxLength: 3 }),
      (parts, percents) => {
        const whole = parts.reduce((sum, part) => sum + part, 0)
        const taxes = percents.map((percent, index) => {
          const tax = Math.floor((whole * percent) / (100 + percent))
          return { name: `t${index}`, rate: percent, base: eur(whole - tax), amount: eur(tax) }
        })
        let before = 0
        const sums = taxes.map(() => ({ base: 0, amount: 0 }))
        for (const part of parts) {
          for (const [index, tax] of taxesOfPart(taxes, { before, amount: part, whole }).entries()) {
            const sum = sums[index]
            if (sum === undefined) continue
            sum.base += tax.base.amountMinor
            sum.amount += tax.amount.amountMinor
            expect(tax.amount.amountMinor).toBeLessThanOrEqual(part)
            expect(tax.amount.amountMinor).toBeGreaterThanOrEqual(0)
          }
          before += part
        }
        expect(sums).toEqual(taxes.map((tax) => ({ base: tax.base.amountMinor, amount: tax.amount.amountMinor })))
      },
    ),
  )
})

test('a later failure takes back exactly what its credit note had', () => {
  const taxes = [{ name: 'VAT', rate: 19, base: eur(1681), amount: eur(319) }]
  const credited = taxesOfPart(taxes, { before: 700, amount: 333, whole: 2000 })
  expect(taxesOfPart(taxes, { before: 1033 - 333, amount: 333, whole: 2000 })).toEqual(credited)
})
