// Random promotion codes: twelve letters and digits, 57 bits, so that no number of tries finds one.
import { randomBytes } from 'node:crypto'

/** Without vowels and look-alikes: codes are printed and typed, and must form no words. */
export const drawnAlphabet = '23456789BCDFGHJKMNPQRSTVWXYZ'
export const drawnLength = 12

/** Bytes from here on are left out: with them some letters would come more often than others. */
const fairBytes = 256 - (256 % drawnAlphabet.length)

/** @param random a source of random bytes @returns so many codes, of which two may be the same */
export const drawCodes = (count: number, random: (size: number) => Uint8Array = randomBytes): string[] => {
  const needed = count * drawnLength
  let letters = ''
  while (letters.length < needed)
    for (const byte of random(needed - letters.length))
      if (byte < fairBytes) letters += drawnAlphabet[byte % drawnAlphabet.length]
  return Array.from({ length: count }, (_, index) => letters.slice(index * drawnLength, (index + 1) * drawnLength))
}
