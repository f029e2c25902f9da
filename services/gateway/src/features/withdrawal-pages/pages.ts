// Pages of the withdrawal: two forms without scripts, the receipt, and the reasons why it is not possible.
import { escapeHtml, type WithdrawalReceipt } from '@cartwright/contracts'
import { type Page, page, type ShownShop } from '../../domain/page.ts'
import { type PageTexts, textsIn } from '../../domain/page-texts.ts'

export const withdrawalPaths = { begin: '/orders/withdraw', confirm: '/orders/withdraw/confirm' } as const

/** What the customer has typed. */
export interface WithdrawalForm {
  number: string
  email: string
  code: string
}
type Field = keyof WithdrawalForm
export type Refusal = keyof PageTexts['withdrawal']['refusals']

/** What is wrong: fields of the form, or `busy` for what goes away by itself. */
export type Trouble = readonly Field[] | 'busy'

interface View {
  shop: ShownShop
  locale: string
}

const inputs: Record<Field, string> = {
  number: 'type="text" autocomplete="off" maxlength="24"',
  email: 'type="email" autocomplete="email" maxlength="254"',
  code: 'type="text" inputmode="numeric" autocomplete="one-time-code" pattern="[0-9]{6}" maxlength="6"',
}

const field = (name: Field, value: string, texts: PageTexts['withdrawal'], trouble: Trouble): string => {
  const isWrong = trouble !== 'busy' && trouble.includes(name)
  const hint = name === 'number' ? `<p class="soft" id="${name}-hint">${texts.numberHint}</p>` : ''
  const error = isWrong ? `<p class="error" id="${name}-error">${texts.invalid[name]}</p>` : ''
  const notes = [hint && `${name}-hint`, error && `${name}-error`].filter(Boolean).join(' ')
  const described = notes === '' ? '' : ` aria-describedby="${notes}"`
  return `<div class="field"><label for="${name}">${texts[name]}</label>
<input id="${name}" name="${name}" ${inputs[name]} value="${escapeHtml(value)}" required${described}${isWrong ? ' aria-invalid="true"' : ''}>${hint}${error}</div>`
}

const hidden = (name: Field, value: string): string => `<input type="hidden" name="${name}" value="${escapeHtml(value)}">`

const form = (action: string, locale: string, inner: string, button: string): string =>
  `<form method="post" action="${action}?locale=${encodeURIComponent(locale)}">${inner}<p class="actions"><button type="submit">${button}</button></p></form>`

const framed = ({ shop, locale }: View, title: string, inner: string, trouble: Trouble = []): Page => {
  const texts = textsIn(locale)
  const alert = trouble === 'busy' ? `<p class="error" role="alert">${texts.withdrawal.busy}</p>` : ''
  return page({
    shop,
    locale,
    title: texts.withdrawal.title,
    form: true,
    body: `<h1>${title}</h1>${alert}${inner}<p class="foot soft"><a href="${escapeHtml(shop.url)}">${texts.toShop}</a></p>`,
  })
}

export const beginPage = (view: View, { number, email }: WithdrawalForm, trouble: Trouble = []): Page => {
  const texts = textsIn(view.locale).withdrawal
  const fields = field('number', number, texts, trouble) + field('email', email, texts, trouble)
  const begin = form(withdrawalPaths.begin, view.locale, fields, texts.sendCode)
  return framed(view, texts.title, `<p>${texts.intro}</p>${begin}`, trouble)
}

export const codePage = (view: View, { number, email }: WithdrawalForm, trouble: Trouble = []): Page => {
  const texts = textsIn(view.locale).withdrawal
  const fields = hidden('number', number) + hidden('email', email) + field('code', '', texts, trouble)
  const again = `<p class="soft"><a href="${withdrawalPaths.begin}?locale=${encodeURIComponent(view.locale)}">${texts.again}</a></p>`
  const confirm = form(withdrawalPaths.confirm, view.locale, fields, texts.confirm)
  return framed(view, texts.enterCode, `<p role="status">${texts.codeSent}</p>${confirm}${again}`, trouble)
}

export const receiptPage = (view: View, { receipt }: Pick<WithdrawalReceipt, 'receipt'>): Page => {
  const texts = textsIn(view.locale).withdrawal
  const lines = receipt.split('\n').map((line) => `<p>${escapeHtml(line)}</p>`)
  return framed(view, texts.done, `<div role="status">${lines.join('')}</div><p class="soft">${texts.mailed}</p>`)
}

export const refusedPage = (view: View, refusal: Refusal): Page => {
  const texts = textsIn(view.locale).withdrawal
  return framed(view, texts.refused, `<p role="alert">${texts.refusals[refusal]}</p>`)
}
