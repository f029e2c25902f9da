// Draws a picture for a seeded product: a simple motif in the product's own colours.

const motifs: Record<string, string> = {
  cup: '<path d="M130 150h140v90a60 60 0 0 1-60 60h-20a60 60 0 0 1-60-60z"/><path d="M270 170h26a34 34 0 0 1 0 78h-30" fill="none" stroke-width="16"/>',
  bag: '<path d="M120 170h160l16 150H104z"/><path d="M155 190v-40a45 45 0 0 1 90 0v40" fill="none" stroke-width="14"/>',
  board: '<rect x="90" y="190" width="220" height="46" rx="12"/><path d="M120 236v80M280 236v80" stroke-width="16"/>',
  tower: '<rect x="165" y="110" width="70" height="200" rx="22"/><circle cx="200" cy="92" r="20"/>',
  lamp: '<path d="M140 210l30-100h60l30 100z"/><path d="M200 210v90M150 306h100" stroke-width="14"/>',
  cloth: '<path d="M100 120h180l24 24v160H124l-24-24z"/><path d="M124 144h180M160 120v184M220 120v184" stroke="white" stroke-opacity=".4" stroke-width="6" fill="none"/>',
  page: '<rect x="125" y="100" width="150" height="210" rx="10"/><path d="M150 150h100M150 185h100M150 220h70" stroke="white" stroke-opacity=".7" stroke-width="10"/>',
  pen: '<path d="M130 290l20-60 110-110 40 40-110 110z"/>',
  chair: '<path d="M140 100h20v120h90v90M140 220v90M160 150h80v70" fill="none" stroke-width="18"/>',
  headphones: '<path d="M110 230v-30a90 90 0 0 1 180 0v30" fill="none" stroke-width="20"/><rect x="92" y="215" width="46" height="80" rx="18"/><rect x="262" y="215" width="46" height="80" rx="18"/>',
  speaker: '<rect x="135" y="90" width="130" height="220" rx="18"/><circle cx="200" cy="235" r="42" fill="white" fill-opacity=".75"/><circle cx="200" cy="140" r="20" fill="white" fill-opacity=".75"/>',
  shirt: '<path d="M150 110h30a22 22 0 0 0 40 0h30l60 45-28 42-26-16v130H144V181l-26 16-28-42z"/>',
  house: '<path d="M110 200l90-80 90 80v110H110z"/><circle cx="200" cy="230" r="24" fill="white" fill-opacity=".8"/>',
}

/** An SVG of 400 × 400. @param hue 0 to 359 */
export const drawPicture = (title: string, motif: string, hue: number): string => {
  const ink = `hsl(${hue} 45% 38%)`
  const safe = title.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? sign)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img"><title>${safe}</title><defs><linearGradient id="g" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue} 55% 94%)"/><stop offset="1" stop-color="hsl(${(hue + 30) % 360} 50% 84%)"/></linearGradient></defs><rect width="400" height="400" fill="url(#g)"/><ellipse cx="200" cy="330" rx="110" ry="14" fill="hsl(${hue} 30% 60%)" opacity=".35"/><g fill="${ink}" stroke="${ink}" stroke-linecap="round" stroke-linejoin="round">${motifs[motif] ?? motifs.board}</g></svg>`
}
