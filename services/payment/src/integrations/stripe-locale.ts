// Language of the hosted payment page: the order's locale, in the spelling of the languages that Stripe's page has.

/** The values of `locale` of a checkout session, apart from `auto`. */
const known = new Set(
  `bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW`.split(
    ' ',
  ),
)
/** Stripe names these languages otherwise. */
const spelled: Readonly<Record<string, string>> = { no: 'nb', tl: 'fil', hi: 'hi-IN' }

/** `auto` is the language of the browser: for a locale that the page does not have. */
export const stripeLocale = (locale: string): string => {
  const [language = ''] = locale.split('-')
  return [locale, spelled[language] ?? language].find((one) => known.has(one)) ?? 'auto'
}
