// The colours of the brand can be read: contrast by WCAG 2.2, in light and dark.
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const css = readFileSync(new URL('../public/tokens.css', import.meta.url), 'utf8')
const colours = new Map(
  [...css.matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(([, name, light, dark]) => [
    name ?? '',
    { light: light ?? '', dark: dark ?? '' },
  ]),
)

const channel = (hex: string): number => {
  const value = Number.parseInt(hex, 16) / 255
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
}

const luminance = (colour: string): number =>
  0.2126 * channel(colour.slice(1, 3)) + 0.7152 * channel(colour.slice(3, 5)) + 0.0722 * channel(colour.slice(5, 7))

const contrast = (one: string, other: string): number => {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

const grounds = ['paper', 'mist']
const textPairs = [
  ...['ink', 'muted', 'accent', 'accent-strong', 'danger', 'success', 'warning'].flatMap((text) =>
    grounds.map((ground) => [text, ground] as const),
  ),
  ...['accent', 'danger', 'warning', 'success'].flatMap((name) => [
    [name, `${name}-ground`] as const,
    ['ink', `${name}-ground`] as const,
  ]),
  ['on-accent', 'accent'] as const,
  ['on-accent', 'accent-strong'] as const,
]
const themes = ['light', 'dark'] as const

const contrastOf = (one: string, other: string, theme: (typeof themes)[number]): number => {
  const [first, second] = [colours.get(one), colours.get(other)]
  if (!first || !second) throw new Error(`tokens.css has no colour ${first ? other : one}`)
  return contrast(first[theme], second[theme])
}

test('the measure itself: black on white is 21:1', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21)
})

test.each(themes.flatMap((theme) => textPairs.map((pair) => [theme, ...pair] as const)))(
  'in %s, text in %s on %s has a contrast of at least 5:1',
  (theme, text, ground) => {
    expect(contrastOf(text, ground, theme)).toBeGreaterThanOrEqual(5)
  },
)

test.each(themes.flatMap((theme) => grounds.map((ground) => [theme, ground] as const)))(
  'in %s, an outline on %s has a contrast of at least 3:1',
  (theme, ground) => {
    expect(contrastOf('border', ground, theme)).toBeGreaterThanOrEqual(3)
  },
)
