// Makes text printable with the font of invoices: Latin, Greek, Cyrillic and Vietnamese stay, other scripts are written in Latin letters.
import { openSync } from 'fontkit'
import { transliterate } from 'transliteration'

/** What stands for a sign that has no glyph and no Latin letters. */
const unknown = '?'

/**
 * @param fontFile path of the font
 * @returns a function that replaces what the font has no glyph for: `山田` becomes `Shan Tian`. Pictures such as emoji are left out.
 */
export const createPrintable = (fontFile: string): ((text: string) => string) => {
  const font = openSync(fontFile)
  if (!('hasGlyphForCodePoint' in font)) throw new Error(`${fontFile} is a collection of fonts: name a file that holds one`)
  const isCovered = (sign: string): boolean => font.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0)
  const latin = (run: string): string => transliterate(run, { unknown })
  return (text) => {
    const signs = [...text.normalize('NFC')]
    if (signs.every((sign) => sign === '\n' || isCovered(sign))) return text
    const runs = signs.reduce<{ text: string; isCovered: boolean }[]>((found, sign) => {
      const covered = sign === '\n' || isCovered(sign)
      const last = found.at(-1)
      if (last?.isCovered === covered) last.text += sign
      else found.push({ text: sign, isCovered: covered })
      return found
    }, [])
    const pictures = /[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]|\u200d|\ufe0f/gu
    return runs
      .map((run) => (run.isCovered ? run.text : latin(run.text.replace(pictures, ''))))
      .join('')
      .replace(/ {2,}/g, ' ')
      .trim()
  }
}
