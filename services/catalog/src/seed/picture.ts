// Draws the picture of a seeded product as SVG: its motif on a plain background.
import { escapeHtml } from '@cartwright/contracts'
import { homeMotifs } from './motifs-home.ts'
import { outdoorMotifs } from './motifs-outdoors.ts'
import { workMotifs } from './motifs-work.ts'
import { type Motif, paletteOf } from './palette.ts'

const motifs: Readonly<Record<string, Motif>> = { ...homeMotifs, ...workMotifs, ...outdoorMotifs }

/**
 * An SVG of 400 × 400.
 * @param hue 0 to 359
 * @throws Error for an unknown motif
 */
export const drawPicture = (title: string, motif: string, hue: number): string => {
  const draw = motifs[motif]
  if (draw === undefined) throw new Error(`there is no motif ${motif}`)
  const wall = (hue + 28) % 360
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>${escapeHtml(title)}</title>
<defs><radialGradient id="wall" cx=".5" cy=".42" r=".75"><stop offset="0" stop-color="hsl(${wall} 46% 96%)"/><stop offset="1" stop-color="hsl(${wall} 36% 86%)"/></radialGradient><linearGradient id="floor" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="hsl(${wall} 30% 82%)"/><stop offset="1" stop-color="hsl(${wall} 30% 76%)"/></linearGradient></defs>
<rect width="400" height="400" fill="url(#wall)"/><rect y="306" width="400" height="94" fill="url(#floor)"/><ellipse cx="200" cy="324" rx="136" ry="15" fill="hsl(${wall} 30% 40%)" opacity=".22"/>
<g stroke-linecap="round" stroke-linejoin="round">${draw(paletteOf(hue))}</g></svg>`
}
