// Text of the receipt of a withdrawal, in the language of the order. It names no person, so it stays when the customer's data are erased.
import { type Language, languageOf } from '@cartwright/contracts'

interface Receipt {
  shopName: string
  number: string
  placedAt: Date
  receivedAt: Date
  goods: readonly { name: string; quantity: number }[]
}

interface Words {
  title: (number: string) => string
  received: (moment: string, exact: string) => string
  declared: (number: string, shop: string, placed: string) => string
  goods: string
  next: string
  keep: string
}

const words: Readonly<Record<Language, Words>> = {
  en: {
    title: (number) => `We have received your withdrawal from the contract about order ${number}.`,
    received: (moment, exact) => `Received: ${moment} (${exact})`,
    declared: (number, shop, placed) =>
      `Your declaration: I withdraw from the contract about the goods of order ${number}, placed with ${shop} on ${placed}. It was confirmed with a code that we sent to the e-mail address of the order.`,
    goods: 'Goods:',
    next: 'What is not shipped yet is cancelled. For goods that you have or that are on their way we write to you how to send them back. We pay you back what you paid for them.',
    keep: 'Please keep this receipt.',
  },
  de: {
    title: (number) => `Wir haben Ihren Widerruf des Vertrags über die Bestellung ${number} erhalten.`,
    received: (moment, exact) => `Eingegangen: ${moment} (${exact})`,
    declared: (number, shop, placed) =>
      `Ihre Erklärung: Ich widerrufe den Vertrag über die Waren der Bestellung ${number}, aufgegeben bei ${shop} am ${placed}. Sie wurde mit einem Code bestätigt, den wir an die E-Mail-Adresse der Bestellung gesendet haben.`,
    goods: 'Waren:',
    next: 'Was noch nicht versandt ist, wird storniert. Für Waren, die Sie schon haben oder die unterwegs sind, schreiben wir Ihnen, wie Sie sie zurücksenden. Wir erstatten Ihnen, was Sie dafür bezahlt haben.',
    keep: 'Bitte bewahren Sie diese Bestätigung auf.',
  },
}

export const receiptText = (
  { shopName, number, placedAt, receivedAt, goods }: Receipt,
  { locale, timeZone }: { locale: string; timeZone: string },
): string => {
  const text = words[languageOf(locale)]
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'long', timeZone })
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone })
  return [
    text.title(number),
    text.received(moment.format(receivedAt), receivedAt.toISOString()),
    text.declared(number, shopName, day.format(placedAt)),
    text.goods,
    ...goods.map(({ name, quantity }) => `${quantity} × ${name.replace(/\s+/g, ' ')}`),
    text.next,
    text.keep,
  ].join('\n')
}
