// Texts of the hosted payment page. Stripe's page has many languages; the sandbox has those of the shop.
import { acceptedLocales, type Language, languageOf } from '@cartwright/contracts'
import type { Session } from '../state.ts'

const en = {
  backWithoutPaying: 'Back to the shop without paying',
  backToShop: 'Back to the shop',
  yourOrder: 'Your order',
  payment: 'Payment',
  payTo: 'Pay Cartwright',
  quantity: (count: number) => `Qty ${count}`,
  each: (amount: string) => `${amount} each`,
  totalDue: 'Total due',
  expires: (left: string) => `Your items are reserved. This page expires in ${left}.`,
  minutes: (count: number) => `${count} minutes`,
  payWithCard: 'Pay with card',
  noMoney: 'No money moves here.',
  pickCard: 'Pick a test card:',
  cards: { pays: 'pays', declined: 'declined', secure: '3‑D Secure', funds: 'no funds' },
  email: 'E-mail',
  cardDetails: 'Card details',
  cardInformation: 'Card information',
  cardNumber: 'Card number',
  expiryDate: 'Expiry date',
  expiryHint: 'MM / YY',
  securityCode: 'Security code',
  nameOnCard: 'Name on card',
  fullName: 'Full name',
  tryAgain: (total: string) => `Try again: pay ${total}`,
  payTotal: (total: string) => `Pay ${total}`,
  cancel: 'Cancel and go back to the shop',
  ofShop: 'of a development shop',
  confirm: 'Confirm your payment',
  confirmYou: 'Confirm it is you',
  bank: 'This page stands in for your bank. Confirm to pay, or choose to fail and see how the shop reacts.',
  merchant: 'Merchant',
  amount: 'Amount',
  card: 'Card',
  confirmPayment: 'Confirm payment',
  failAuthentication: 'Fail authentication',
  expired: [
    'This payment page has expired',
    'Nothing was charged. The items of your order are available again; you can place a new order.',
  ],
  paid: ['This order is paid', (total: string) => `You paid ${total}.`],
  processing: ['Your payment is being processed', (total: string) => `Your bank will confirm ${total} later.`],
  canClose: 'You can close this page.',
  notCharged: 'You were not charged; try again or use another card.',
  /** By the message of the API. */
  problems: {} as Readonly<Record<string, string>>,
} as const

type Widened<T> = T extends string
  ? string
  : T extends (...values: infer A) => string
    ? (...values: A) => string
    : { readonly [K in keyof T]: Widened<T[K]> }
export type PageTexts = Widened<typeof en>

const de: PageTexts = {
  backWithoutPaying: 'Zurück zum Shop, ohne zu zahlen',
  backToShop: 'Zurück zum Shop',
  yourOrder: 'Ihre Bestellung',
  payment: 'Zahlung',
  payTo: 'Zahlung an Cartwright',
  quantity: (count) => `Menge ${count}`,
  each: (amount) => `je ${amount}`,
  totalDue: 'Zu zahlen',
  expires: (left) => `Ihre Artikel sind reserviert. Diese Seite läuft ab in ${left}.`,
  minutes: (count) => `${count} Minuten`,
  payWithCard: 'Mit Karte zahlen',
  noMoney: 'Hier fließt kein Geld.',
  pickCard: 'Wählen Sie eine Testkarte:',
  cards: { pays: 'zahlt', declined: 'abgelehnt', secure: '3‑D Secure', funds: 'kein Guthaben' },
  email: 'E-Mail',
  cardDetails: 'Kartendaten',
  cardInformation: 'Kartendaten',
  cardNumber: 'Kartennummer',
  expiryDate: 'Gültig bis',
  expiryHint: 'MM / JJ',
  securityCode: 'Prüfnummer',
  nameOnCard: 'Name auf der Karte',
  fullName: 'Vor- und Nachname',
  tryAgain: (total) => `Noch einmal: ${total} zahlen`,
  payTotal: (total) => `${total} zahlen`,
  cancel: 'Abbrechen und zurück zum Shop',
  ofShop: 'eines Shops in Entwicklung',
  confirm: 'Zahlung bestätigen',
  confirmYou: 'Bestätigen Sie, dass Sie es sind',
  bank: 'Diese Seite steht für Ihre Bank. Bestätigen Sie die Zahlung, oder lassen Sie sie scheitern und sehen Sie, was der Shop tut.',
  merchant: 'Händler',
  amount: 'Betrag',
  card: 'Karte',
  confirmPayment: 'Zahlung bestätigen',
  failAuthentication: 'Prüfung scheitern lassen',
  expired: [
    'Diese Zahlungsseite ist abgelaufen',
    'Es wurde nichts abgebucht. Die Artikel Ihrer Bestellung sind wieder verfügbar; Sie können neu bestellen.',
  ],
  paid: ['Diese Bestellung ist bezahlt', (total) => `Sie haben ${total} bezahlt.`],
  processing: ['Ihre Zahlung wird bearbeitet', (total) => `Ihre Bank bestätigt ${total} später.`],
  canClose: 'Sie können diese Seite schließen.',
  notCharged: 'Es wurde nichts abgebucht; versuchen Sie es noch einmal oder mit einer anderen Karte.',
  problems: {
    'Your card was declined.': 'Ihre Karte wurde abgelehnt.',
    'Your card has insufficient funds.': 'Ihre Karte ist nicht ausreichend gedeckt.',
    'Your card has expired.': 'Ihre Karte ist abgelaufen.',
    'Your card’s security code is incorrect.': 'Die Prüfnummer Ihrer Karte ist falsch.',
    'Your card number is invalid.': 'Die Kartennummer ist ungültig.',
    'Your card’s expiration date is incomplete.': 'Das Ablaufdatum Ihrer Karte ist unvollständig.',
    'Your card’s expiration date is in the past.': 'Das Ablaufdatum Ihrer Karte liegt in der Vergangenheit.',
    'We are unable to authenticate your payment method. Please choose a different one.':
      'Die Zahlung wurde nicht bestätigt. Bitte wählen Sie eine andere Karte.',
  },
}

const texts: Readonly<Record<Language, PageTexts>> = { en, de }

/** A page's language: what it writes, and how it writes amounts. */
export interface PageLanguage {
  locale: string
  texts: PageTexts
}

/** @param accepted the Accept-Language header, for a session that leaves the language to the browser */
export const pageLanguage = ({ locale }: Pick<Session, 'locale'>, accepted: string | undefined): PageLanguage => {
  const chosen = !locale || locale === 'auto' ? (acceptedLocales(accepted)[0] ?? 'en') : locale
  return { locale: languageOf(chosen), texts: texts[languageOf(chosen)] }
}
