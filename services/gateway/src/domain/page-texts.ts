// Texts of the gateway's pages for shoppers, in every language of the shop.
import { type Language, languageOf, type OrderPage } from '@cartwright/contracts'

const en = {
  moment: (moment: string, zone: string) => `${moment} ${zone}`,
  toShop: 'Back to the shop',
  goOnPaying: 'Go on paying',
  tryAgain: 'That did not work. Please try again.',
  order: 'Order',
  yourOrder: 'Your order',
  returned: {
    oneMoment: ['One moment', 'Looking up your payment.'],
    unknown: 'We have it. Open your shop to see how it went; we also write to you once the payment has arrived.',
    unavailable: 'We cannot see how it went right now. Reload this page in a moment.',
    cancel: 'Cancel and restore the cart',
    notCancelled: 'This order can no longer be cancelled here. If it is paid, sign in to cancel it.',
    noOrder: 'This page shows how a payment went, but its address names no order.',
    goOn: 'Go on',
    withoutScript: 'Open your shop to see your order.',
  },
  orderPage: {
    placed: (time: string) => `placed ${time}`,
    lines: 'What you ordered',
    cancelled: (units: number) => `${units} × cancelled`,
    shipments: 'Shipments',
    track: 'Track this parcel',
    refunds: 'Refunds',
    history: 'What happened',
    foot: 'This page shows the order as it is now.',
    none: [
      'This link opens no order',
      'It may have expired, or a part of it was lost on the way. Use the link in the newest mail about your order.',
    ],
    unavailable: ['We cannot show your order right now', 'Nothing about it has changed. Reload this page in a moment.'],
  },
  refundStates: {
    pending: 'Refund, on its way to your card',
    succeeded: 'Refund, sent to your card',
    failed: 'Refund, did not work',
  } satisfies Record<OrderPage['refunds'][number]['state'], string>,
  statuses: {
    pending: 'Placed',
    processing: 'Paid and confirmed',
    shipped: 'Shipped',
    delivered: 'Delivered',
    cancelled: 'Cancelled',
  } satisfies Record<OrderPage['status'], string>,
  withdrawal: {
    link: 'Withdraw from the contract',
    title: 'Withdraw from a contract',
    intro:
      'With the number of your order and your e-mail address you withdraw from the contract about the whole order. You need neither an account nor a reason. We send you a code first, so that no other person can do it.',
    number: 'Order number',
    numberHint: 'It is in every mail about your order, such as CW-7K3M-9QXD.',
    email: 'E-mail address of the order',
    sendCode: 'Send me a code',
    enterCode: 'Enter your code',
    codeSent:
      'If there is an order with this number and address, a code is on its way to the address. It is good for a few minutes. Your withdrawal is made when you confirm it with the code.',
    code: 'Code of six digits',
    confirm: 'Confirm the withdrawal',
    again: 'Begin again',
    done: 'Your withdrawal has been received',
    mailed: 'We have also sent you this receipt by mail.',
    invalid: {
      number: 'Please enter the order number as it is in the mails.',
      email: 'Please enter a whole e-mail address.',
      code: 'This code is wrong, used or expired. After five wrong codes please wait ten minutes and ask for a new one.',
    },
    refused: 'This order can no longer be withdrawn from',
    refusals: {
      cancelled: 'The order was cancelled, so no contract is left.',
      returned: 'All goods of the order have come back to us.',
      too_late: 'The time for a withdrawal is over. If you think that this is wrong, answer a mail about your order.',
    },
    busy: 'That did not work: too many attempts, or a part of the shop does not answer. Please try again in a minute.',
  },
  undo: {
    title: 'Undo the change of address',
    question: ['Was it not you?', 'Your account gets its old e-mail address back, and every device is signed out.'],
    undo: 'Undo the change',
    invalid: ['This link does not work', 'It was used before, or its 72 hours are over. Answer the mail if you need help.'],
    done: [
      'Your old address is back',
      'Every device was signed out. Set a new password now: choose “forgotten password” in the shop.',
    ],
    withoutScript: 'This page needs JavaScript.',
  },
}
export type PageTexts = typeof en

const de: PageTexts = {
  moment: (moment, zone) => `${moment} Uhr (${zone})`,
  toShop: 'Zurück zum Shop',
  goOnPaying: 'Weiter zur Zahlung',
  tryAgain: 'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.',
  order: 'Bestellung',
  yourOrder: 'Ihre Bestellung',
  returned: {
    oneMoment: ['Einen Moment bitte', 'Wir rufen den Stand Ihrer Zahlung ab.'],
    unknown:
      'Wir haben sie erhalten. Den aktuellen Stand sehen Sie im Shop; sobald die Zahlung eingegangen ist, schreiben wir Ihnen auch.',
    unavailable: 'Wir können den Stand gerade nicht abrufen. Bitte laden Sie diese Seite gleich noch einmal.',
    cancel: 'Stornieren und Warenkorb wiederherstellen',
    notCancelled:
      'Diese Bestellung lässt sich hier nicht mehr stornieren. Wenn sie schon bezahlt ist, melden Sie sich bitte an, um sie zu stornieren.',
    noOrder: 'Diese Seite zeigt, wie eine Zahlung verlaufen ist, aber ihre Adresse nennt keine Bestellung.',
    goOn: 'Weiter',
    withoutScript: 'Öffnen Sie den Shop, um Ihre Bestellung zu sehen.',
  },
  orderPage: {
    placed: (time) => `aufgegeben am ${time}`,
    lines: 'Ihre Artikel',
    cancelled: (units) => `${units} × storniert`,
    shipments: 'Sendungen',
    track: 'Sendung verfolgen',
    refunds: 'Erstattungen',
    history: 'Verlauf',
    foot: 'Diese Seite zeigt den aktuellen Stand der Bestellung.',
    none: [
      'Dieser Link öffnet keine Bestellung',
      'Vielleicht ist er abgelaufen, oder ein Teil davon fehlt. Verwenden Sie bitte den Link aus der neuesten E-Mail zu Ihrer Bestellung.',
    ],
    unavailable: [
      'Wir können Ihre Bestellung gerade nicht anzeigen',
      'An ihr hat sich nichts geändert. Bitte laden Sie diese Seite gleich noch einmal.',
    ],
  },
  refundStates: {
    pending: 'Erstattung, unterwegs auf Ihre Karte',
    succeeded: 'Erstattung, auf Ihre Karte zurückgebucht',
    failed: 'Erstattung, fehlgeschlagen',
  },
  statuses: {
    pending: 'Aufgegeben',
    processing: 'Bezahlt und bestätigt',
    shipped: 'Versandt',
    delivered: 'Zugestellt',
    cancelled: 'Storniert',
  },
  withdrawal: {
    link: 'Vertrag widerrufen',
    title: 'Vertrag widerrufen',
    intro:
      'Mit Ihrer Bestellnummer und Ihrer E-Mail-Adresse widerrufen Sie den Vertrag über die ganze Bestellung. Sie brauchen weder ein Konto noch einen Grund. Wir senden Ihnen zuerst einen Code, damit niemand sonst das tun kann.',
    number: 'Bestellnummer',
    numberHint: 'Sie steht in jeder E-Mail zu Ihrer Bestellung, zum Beispiel CW-7K3M-9QXD.',
    email: 'E-Mail-Adresse der Bestellung',
    sendCode: 'Code anfordern',
    enterCode: 'Code eingeben',
    codeSent:
      'Wenn es eine Bestellung mit dieser Nummer und Adresse gibt, ist ein Code an die Adresse unterwegs. Er gilt einige Minuten. Ihr Widerruf ist erklärt, sobald Sie ihn mit dem Code bestätigen.',
    code: 'Code aus sechs Ziffern',
    confirm: 'Widerruf bestätigen',
    again: 'Von vorn beginnen',
    done: 'Ihr Widerruf ist eingegangen',
    mailed: 'Wir haben Ihnen diese Bestätigung auch per E-Mail gesendet.',
    invalid: {
      number: 'Bitte geben Sie die Bestellnummer so ein, wie sie in den E-Mails steht.',
      email: 'Bitte geben Sie eine vollständige E-Mail-Adresse ein.',
      code: 'Dieser Code ist falsch, verbraucht oder abgelaufen. Nach fünf falschen Codes warten Sie bitte zehn Minuten und fordern einen neuen an.',
    },
    refused: 'Diese Bestellung lässt sich nicht mehr widerrufen',
    refusals: {
      cancelled: 'Die Bestellung wurde storniert, es gibt also keinen Vertrag mehr.',
      returned: 'Alle Waren der Bestellung sind schon wieder bei uns.',
      too_late:
        'Die Widerrufsfrist ist abgelaufen. Wenn Sie das für falsch halten, antworten Sie bitte auf eine E-Mail zu Ihrer Bestellung.',
    },
    busy: 'Das hat nicht geklappt: zu viele Versuche, oder ein Teil des Shops antwortet nicht. Bitte versuchen Sie es in einer Minute noch einmal.',
  },
  undo: {
    title: 'Adressänderung rückgängig machen',
    question: ['Waren Sie das nicht?', 'Ihr Konto erhält seine alte E-Mail-Adresse zurück, und alle Geräte werden abgemeldet.'],
    undo: 'Änderung rückgängig machen',
    invalid: [
      'Dieser Link funktioniert nicht',
      'Er wurde schon verwendet, oder die 72 Stunden sind vorbei. Antworten Sie auf die E-Mail, wenn Sie Hilfe brauchen.',
    ],
    done: [
      'Ihre alte Adresse gilt wieder',
      'Alle Geräte wurden abgemeldet. Legen Sie jetzt ein neues Passwort fest: Wählen Sie dazu im Shop „Passwort vergessen“.',
    ],
    withoutScript: 'Diese Seite benötigt JavaScript.',
  },
}

const texts: Readonly<Record<Language, PageTexts>> = { en, de }

/** The texts in the language of a locale. */
export const textsIn = (locale: string): PageTexts => texts[languageOf(locale)]
