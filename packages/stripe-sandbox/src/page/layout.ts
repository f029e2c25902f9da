// Layout of the hosted pages: no external assets, usable without scripts, all text escaped.

import { createHash } from 'node:crypto'
import { brandLinks } from '@cartwright/brand'
import { escapeHtml } from '@cartwright/contracts'
import { digitsOf, shownDigitsOf } from '../currencies.ts'

/** Formats Stripe's minor units: `€14.00`. */
export const amountText = (minor: number, currency: string, locale = 'en'): string => {
  const digits = shownDigitsOf(currency.toLowerCase())
  return new Intl.NumberFormat(locale, {
    style: 'currency',
    currency: currency.toUpperCase(),
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(minor / 10 ** digitsOf(currency.toLowerCase()))
}

const styles = `
*{box-sizing:border-box}html{-webkit-text-size-adjust:100%}
body{margin:0;font:16px/1.5 var(--font);color:var(--ink);background:var(--paper)}
a{color:inherit}h1,h2,p,ul,dl,dd,fieldset{margin:0;padding:0}ul{list-style:none}fieldset{border:0;min-width:0}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:6px}
.split{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);min-height:100vh}
.summary{background:linear-gradient(160deg,#0f1720 0%,#134e4a 100%);color:#fff;display:flex;justify-content:flex-end}
.summary>div,.pay>div{width:100%;max-width:30rem;padding:3.5rem clamp(1.25rem,4vw,4rem)}
.shop{display:flex;align-items:center;gap:.7rem;font-weight:600;color:#fff;text-decoration:none}
.shop .back{color:#c3d4da;font-weight:400;transition:transform .15s}.shop:hover .back{transform:translateX(-3px)}
.mark{display:grid;place-items:center;width:2rem;height:2rem;border-radius:9px;background:#2dd4bf;color:#0f1720}
.mark .sign{width:1.3rem;height:1.3rem}
.badge{font-size:.72rem;font-weight:700;letter-spacing:.04em;background:#fde68a;color:#713f12;border-radius:5px;padding:.15rem .5rem}
.due{margin-top:2.6rem;color:#c3d4da}.total{font-size:2.6rem;line-height:1.2;font-weight:700;letter-spacing:-.02em;font-variant-numeric:tabular-nums}
.items{margin-top:2.2rem}.items li{display:grid;grid-template-columns:1fr auto;gap:.1rem 1.5rem;padding:.85rem 0;border-top:1px solid #ffffff1f}
.items b{font-weight:600;overflow-wrap:anywhere}.items span{color:#c3d4da;font-size:.875rem}.items .sum{font-weight:600;font-variant-numeric:tabular-nums;color:#fff;font-size:1rem}
.items .grand{border-top:1px solid #ffffff55;margin-top:.4rem;padding-top:1.1rem}
.open{margin-top:2.2rem;font-size:.875rem;color:#c3d4da}.open b{color:#fff;font-variant-numeric:tabular-nums}
.pay{background:var(--paper)}.pay h1{font-size:1.25rem;letter-spacing:-.01em}
.field{margin-top:1.35rem}.field>label,.field>.label{display:block;font-size:.9rem;font-weight:600;margin-bottom:.4rem;color:var(--muted)}
input{width:100%;font:inherit;color:var(--ink);padding:.7rem .85rem;border:1px solid var(--border);border-radius:8px;background:var(--paper);box-shadow:0 1px 2px #1a22330d}
input::placeholder{color:var(--muted)}input:focus{outline:0;border-color:var(--accent);box-shadow:0 0 0 3px #0f766e2e;position:relative;z-index:1}
.card{display:grid;grid-template-columns:1fr 1fr}.card input{border-radius:0}.card input:nth-of-type(1){grid-column:1/3;border-radius:8px 8px 0 0}
.card input:nth-of-type(2){border-top:0;border-radius:0 0 0 8px}.card input:nth-of-type(3){border-top:0;border-left:0;border-radius:0 0 8px 0}
.wrong .card input:nth-of-type(1){border-color:var(--danger)}
.alert{display:flex;gap:.6rem;margin-top:1.1rem;padding:.8rem .95rem;border-radius:8px;background:var(--danger-ground);color:var(--danger);border:1px solid var(--danger);font-size:.925rem}
button{font:inherit;cursor:pointer}.primary{width:100%;margin-top:1.8rem;padding:.9rem;border:0;border-radius:8px;background:var(--accent);color:var(--on-accent);font-weight:650;font-size:1.02rem;box-shadow:0 1px 2px #0003;transition:background .15s}
.primary:hover{background:var(--accent-strong)}.primary[disabled]{opacity:.65;cursor:progress}.plain{width:100%;margin-top:.7rem;padding:.8rem;border:1px solid var(--line);border-radius:8px;background:var(--paper);color:var(--ink)}
.plain:hover{background:var(--mist)}.fine{margin-top:1.1rem;font-size:.85rem;color:var(--muted);text-align:center}.fine a:hover{color:var(--ink)}.fine+.fine{margin-top:.35rem}.faint{color:var(--muted)}
.tests{margin-top:1.1rem;padding:.85rem .95rem;border:1px dashed var(--warning);border-radius:8px;background:var(--warning-ground)}
.tests p{font-size:.85rem;color:var(--warning)}.tests ul{display:grid;grid-template-columns:1fr 1fr;gap:.45rem;margin-top:.6rem}
.tests a{display:block;padding:.4rem .6rem;border:1px solid var(--line);border-radius:7px;background:var(--paper);text-decoration:none;font-size:.82rem;line-height:1.35;transition:border-color .15s}
.tests a:hover,.tests a[aria-current]{border-color:var(--warning)}.tests a b{font-variant-numeric:tabular-nums;font-weight:600;white-space:nowrap}.tests a span{color:var(--muted)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.alone{min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--mist)}.box{width:100%;max-width:27rem;background:var(--paper);border:1px solid var(--line);border-radius:14px;padding:2.2rem;box-shadow:0 12px 32px #1a223314}
.wide{max-width:40rem}.box h2{font-size:1rem;margin-top:1.6rem}.recent{margin-top:.6rem;font-size:.92rem}.recent li{display:grid;grid-template-columns:minmax(0,1fr) auto auto auto;gap:.2rem .9rem;align-items:center;padding:.6rem .2rem;border-top:1px solid var(--line)}.who{overflow-wrap:anywhere}.recent time{color:var(--muted)}.num{text-align:right;white-space:nowrap}.num,.recent time{font-variant-numeric:tabular-nums}.pill{border-radius:99px;padding:.1rem .6rem;font-size:.8rem;font-weight:600;white-space:nowrap}.over{background:var(--mist);color:var(--muted)}
.box h1{font-size:1.35rem;letter-spacing:-.01em;margin-top:1.1rem}.box p{margin-top:.6rem;color:var(--muted)}.box .primary{display:block;text-align:center;text-decoration:none}
.round{display:grid;place-items:center;width:3rem;height:3rem;border-radius:50%;font-size:1.4rem}.good{background:var(--success-ground);color:var(--success)}.late{background:var(--warning-ground);color:var(--warning)}
.facts{margin-top:1.2rem;border:1px solid var(--line);border-radius:9px;font-size:.92rem}.facts div{display:flex;justify-content:space-between;gap:1rem;padding:.6rem .85rem}.facts div+div{border-top:1px solid var(--line)}.facts dt{color:var(--muted)}.facts dd{font-weight:600;text-align:right}
@media(max-width:30rem){.alone{padding:.75rem}.box{padding:1.4rem 1.1rem}.recent li{grid-template-columns:minmax(0,1fr) auto}.recent .pill{justify-self:end}.facts div{flex-wrap:wrap;gap:.1rem 1rem}}
@media(max-width:21rem){.tests ul{grid-template-columns:1fr}}
@media(max-width:52rem){.split{grid-template-columns:1fr;min-height:0}.summary{justify-content:center}.summary>div,.pay>div{margin:0 auto;padding:1.75rem 1.25rem}.due{margin-top:1.5rem}.total{font-size:2.1rem}.items{margin-top:1.2rem}.open{margin-top:1rem}.pay>div{padding-bottom:3rem}}
@media(prefers-reduced-motion:reduce){*{transition:none!important}}`

/** Conveniences only: every page works without scripts. */
const script = `
const card=document.getElementById('cardNumber'),form=document.querySelector('form');
const spaced=t=>t.replace(/\\D/g,'').slice(0,19).replace(/(.{4})(?=.)/g,'$1 ');
if(card){card.addEventListener('input',()=>{if(card.selectionStart===card.value.length)card.value=spaced(card.value)});
const expiry=document.getElementById('expiry');expiry.addEventListener('input',()=>{const d=expiry.value.replace(/\\D/g,'').slice(0,4);if(expiry.selectionStart===expiry.value.length)expiry.value=d.length>2?d.slice(0,2)+' / '+d.slice(2):d});
for(const a of document.querySelectorAll('[data-card]'))a.addEventListener('click',e=>{e.preventDefault();card.value=a.dataset.card;expiry.value='12 / 34';document.getElementById('cvc').value='123';for(const b of document.querySelectorAll('[data-card]'))b.removeAttribute('aria-current');a.setAttribute('aria-current','true');form.querySelector('.primary').focus()});}
if(form)form.addEventListener('submit',()=>setTimeout(()=>{for(const b of form.querySelectorAll('.primary'))b.disabled=true}));
addEventListener('pageshow',()=>{for(const b of document.querySelectorAll('.primary[disabled]'))b.disabled=false});
const left=document.querySelector('[data-left]');
if(left){const end=Date.now()+left.dataset.left*1000;const tick=()=>{const s=Math.max(0,Math.round((end-Date.now())/1000));left.textContent=Math.floor(s/60)+':'+String(s%60).padStart(2,'0');if(s===0)location.reload();else setTimeout(tick,1000)};tick()}`

/** Allows only the page's own style and script. Forms may lead anywhere, because paying leads back to a shop. */
export const securityPolicy = `default-src 'none'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self'; script-src 'sha256-${createHash('sha256').update(script).digest('base64')}'; form-action *; base-uri 'none'; frame-ancestors 'none'`

export const layout = (title: string, body: string, locale = 'en'): string =>
  `<!doctype html><html lang="${locale}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><meta name="robots" content="noindex"><title>${escapeHtml(title)}</title>${brandLinks}<style>${styles}</style></head><body>${body}<script>${script}</script></body></html>`

/** Marks every page as a test, so that it is not mistaken for a real payment page. */
export const badge = '<span class="badge">TEST MODE</span>'
