// Places: how addresses are read, and which places are priced alike.
import { expect, test } from 'vitest'
import { emptyRules } from './empty-rules.ts'
import { destinationOf, isSamePlace } from './places.ts'
import { flat, taxRate, zone } from './price.fixture.ts'

test.each([
  ['CA', 'CA'],
  ['us-ca', 'CA'],
  [' ca ', 'CA'],
  ['California', undefined],
  ['US-California', undefined],
  ['', undefined],
  ['FR-75', undefined],
  [undefined, undefined],
])('the region %j of an address is the region %j of a destination', (written, region) => {
  const address = { country: 'US', postalCode: '90001', ...(written === undefined ? {} : { region: written }) }
  expect(destinationOf(address)).toEqual({ country: 'US', postalCode: '90001', ...(region && { region }) })
})

const options = [flat('opt_000001', 490)]
const zones = {
  ...emptyRules,
  shippingZones: [zone('zon_000001', [{ code: 'US', regions: ['CA'] }, { code: 'DE' }], ...options)],
}
const taxes = { ...emptyRules, taxRates: [taxRate('State tax', 'US', 7, { region: 'CA' }), taxRate('VAT', 'DE', 19)] }

test.each([
  ['rules without regions', emptyRules, ['US', 'CA'], ['US', 'TX'], true],
  ['a zone that names regions', zones, ['US', 'CA'], ['US', 'TX'], false],
  ['a zone that names regions', zones, ['US', 'CA'], ['US'], false],
  ['a zone that names regions', zones, ['US', 'CA'], ['US', 'CA'], true],
  ['a zone that names regions of another country', zones, ['DE', 'HB'], ['DE', 'BY'], true],
  ['a tax of a region', taxes, ['US', 'CA'], ['US', 'TX'], false],
  ['a tax of a region of another country', taxes, ['DE'], ['DE', 'BY'], true],
  ['rules without zones and taxes', emptyRules, ['DE'], ['FR'], true],
  ['a zone', zones, ['DE'], ['FR'], false],
  ['a tax', taxes, ['DE'], ['FR'], false],
] as const)('under %s of %j and %j may stand for each other: %s', (_, rules, [country, region], [other, there], same) => {
  const a = { country, ...(region && { region }) }
  const b = { country: other, ...(there && { region: there }) }
  expect(isSamePlace(rules, a, b)).toBe(same)
  expect(isSamePlace(rules, b, a)).toBe(same)
})
