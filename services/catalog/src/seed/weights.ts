// Weights and tax classes of the development shop's products, by motif.
import type { TaxClass } from '@cartwright/contracts'
import type { SeedProduct } from './products.ts'

/** Grams of one piece in its parcel. */
const gramsByMotif: Readonly<Record<string, number>> = {
  mug: 420,
  bowl: 560,
  teapot: 1150,
  kettle: 1400,
  sack: 130,
  board: 1250,
  bowls: 1900,
  mill: 480,
  jar: 390,
  apron: 340,
  globe: 620,
  deskLamp: 950,
  lantern: 880,
  pendant: 2300,
  candles: 740,
  throw: 1350,
  towel: 480,
  cushion: 720,
  runner: 260,
  cloths: 180,
  mat: 1100,
  curtain: 1650,
  desk: 31_000,
  tray: 1400,
  shelf: 2900,
  deskMat: 520,
  penTray: 690,
  calendar: 610,
  stand: 210,
  stool: 6200,
  taskChair: 17_500,
  notebook: 340,
  letters: 290,
  sketchbook: 160,
  cardBox: 830,
  fountainPen: 70,
  inks: 410,
  pencil: 60,
  headphones: 540,
  speakers: 7800,
  radio: 430,
  microphone: 1150,
  brush: 90,
  backpack: 890,
  pannier: 980,
  tote: 190,
  washBag: 220,
  duffel: 1450,
  shell: 460,
  tee: 190,
  overshirt: 620,
  jumper: 710,
  socks: 95,
  beanie: 110,
  wateringCan: 1050,
  planters: 1700,
  gardenChair: 4300,
  seeds: 120,
  secateurs: 330,
  birdHouse: 1300,
}
/** Seeds of plants are goods of the reduced rate in many countries. */
const reduced: ReadonlySet<string> = new Set(['seeds'])

/** @param pieces how many are in the pack */
export const gramsOf = ([name, , motif]: SeedProduct, pieces: number): number => {
  const grams = gramsByMotif[motif]
  if (grams === undefined) throw new Error(`no weight for ${name}`)
  return grams * pieces
}
export const taxClassOf = ([, , motif]: SeedProduct): TaxClass => (reduced.has(motif) ? 'reduced' : 'standard')
