// Drawn codes: their letters are equally likely, none looks like another, and typing them in any way names the same code.
import { normalizers } from '@cartwright/contracts'
import { expect, test } from 'vitest'
import { drawCodes, drawnAlphabet, drawnLength } from './draw-code.ts'

test('codes have twelve letters without look-alikes or vowels, are in their normal form, and differ', () => {
  const codes = drawCodes(20_000)
  expect(new Set(codes).size).toBe(20_000)
  for (const code of codes) {
    expect(code).toMatch(/^[23456789BCDFGHJKMNPQRSTVWXYZ]{12}$/)
    expect(normalizers.promotionCode.normalize(code)).toBe(code)
  }
})

test('every letter is equally likely at every place', () => {
  const codes = drawCodes(28_000)
  for (let place = 0; place < drawnLength; place++) {
    const counts = Map.groupBy(codes, (code) => code[place])
    // 1,000 are expected, with a deviation of 31: six of them happen once in 500 million.
    for (const letter of drawnAlphabet) expect(Math.abs((counts.get(letter)?.length ?? 0) - 1000)).toBeLessThan(190)
  }
})

test('bytes that would make some letters likelier are left out', () => {
  const bytes = [255, 252, 251, 0, 28, ...Array.from({ length: 9 }, () => 1)]
  const [code] = drawCodes(1, (size) => Uint8Array.from(bytes.splice(0, size)))
  expect(code).toBe('Z22333333333')
})
