// Changes of the cart that pages ask for by the `intent` of a form.
import type { Client } from '@cartwright/sdk'
import { data } from 'react-router'
import { failureText } from './failure-text.ts'
import type { Locale } from './locales.ts'
import { textsIn } from './texts/i18n.ts'

const change = (client: Client, form: FormData): Promise<unknown> => {
  const text = (name: string) => String(form.get(name) ?? '')
  const intent = text('intent')
  if (intent === 'remove') return client.cart.remove(text('lineId'))
  if (intent === 'enter-code') return client.cart.addCode(text('code'))
  if (intent === 'remove-code') return client.cart.removeCode(text('code'))
  const quantity = Math.max(1, Math.trunc(Number(text('quantity'))) || 1)
  if (intent === 'add') return client.cart.add({ sku: text('sku'), quantity })
  return client.cart.update(text('lineId'), { quantity })
}

/** @returns `failure` with the sentence to show, or null when it is done */
export const changeCart = async (client: Client, locale: Locale, form: FormData) => {
  try {
    await change(client, form)
    return data({ failure: null })
  } catch (error) {
    const failure = failureText(error, textsIn(locale).t, locale)
    if (failure === null) throw error
    return data({ failure }, { status: 409 })
  }
}
