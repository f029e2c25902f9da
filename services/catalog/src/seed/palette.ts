// Colours of the pictures of seeded products: shades of one hue, with wood, metal and paper.

/** Colours as CSS, ready for SVG attributes. */
interface Palette {
  main: string
  dark: string
  light: string
  line: string
  paper: string
  wood: string
  woodDark: string
  metal: string
  metalDark: string
  glow: string
  leaf: string
}

/** Draws a thing on a ground at y = 320, in a square of 400. */
export type Motif = (colours: Palette) => string

/** @param hue 0 to 359 */
export const paletteOf = (hue: number): Palette => ({
  main: `hsl(${hue} 42% 52%)`,
  dark: `hsl(${hue} 45% 38%)`,
  light: `hsl(${hue} 48% 70%)`,
  line: `hsl(${hue} 40% 22%)`,
  paper: '#fbf7ef',
  wood: '#c89b6a',
  woodDark: '#a4774a',
  metal: '#c9ced3',
  metalDark: '#8f979f',
  glow: '#ffe3a3',
  leaf: '#6f9a5c',
})
