// The sentences of an order's message and the reasons of a cancellation, in every language of the shop.
import type { Language } from '../locales.ts'
import type { Order } from './schemas.ts'

type Reason = NonNullable<Order['cancelReason']>
type Told = readonly [title: string, text: string]

interface MessageTexts {
  /** Why an order was cancelled. */
  reasons: Readonly<Record<Reason, string>>
  cancelledTitles: Readonly<Partial<Record<Reason, string>>> & { usual: string }
  cancelled: string
  notCharged: string
  cartRestored: string
  cartStays: string
  banksNeedTime: string
  refundedWholly(amount: string): string
  refundFailed: string
  refundPending: string
  refundPendingOf(amount: string): string
  refundedPartly(amount: string, paid: string): string
  bankDecides(paid: string): string
  comesBack(paid: string): string
  cancelling: Told
  cancellingPaid: Told
  review: Told
  paid: Told
  payable: Told
  preparing: Told
  free: Told
  disputed: Told
  partlyShipped: Told
  processing: Told
  processingFree: Told
  shipped: Told
  delivered: Told
}

const en: MessageTexts = {
  reasons: {
    out_of_stock: 'Something in it was sold out at that very moment. We are sorry.',
    payment_failed: 'The payment did not go through.',
    payment_expired: 'It was not paid in time, so we gave the goods free again.',
    customer: 'You asked us to cancel it.',
    operator: 'We had to cancel it.',
    reservation_timeout: 'We could not set the goods aside in time. We are sorry.',
  },
  cancelledTitles: {
    usual: 'Your order was cancelled',
    payment_failed: 'The payment did not work',
    payment_expired: 'The payment took too long',
  },
  cancelled: 'The order was cancelled.',
  notCharged: 'You have not been charged.',
  cartRestored: 'What you had chosen is in your cart again.',
  cartStays: 'Your cart stays as it is.',
  banksNeedTime: 'Banks often need a few days until it shows.',
  refundedWholly: (amount) => `We have sent ${amount} back to the card you paid with.`,
  refundFailed: 'Sending money back to the card you paid with did not work. We see to it and write to you.',
  refundPending: 'Money is on its way back to the card you paid with.',
  refundPendingOf: (amount) => `We are sending ${amount} back to the card you paid with.`,
  refundedPartly: (amount, paid) => `We have sent ${amount} of ${paid} back to the card you paid with.`,
  bankDecides: (paid) => `You disputed the payment of ${paid}: your bank decides where the money goes.`,
  comesBack: (paid) => `You paid ${paid}. The money comes back to the card you paid with.`,
  cancelling: ['Cancelling', 'We are making sure that no payment is under way.'],
  cancellingPaid: ['Cancelling', 'Your payment had arrived by then. The order ends as cancelled, and your money goes back.'],
  review: [
    'We are checking your payment',
    'Something about it needs a second look. You need not do anything; we will write to you.',
  ],
  paid: ['Thank you!', 'Your payment has arrived. A confirmation is on its way to you by e-mail.'],
  payable: [
    'Not paid yet',
    'If you have just paid, we shall know in a moment. Otherwise you can go on paying, or cancel and get your cart back.',
  ],
  preparing: ['One moment', 'Your payment page is being prepared.'],
  free: ['One moment', 'There is nothing to pay. We are setting the goods aside for you.'],
  disputed: ['Your payment is disputed', 'Your bank is looking at this payment. We send nothing until it has decided.'],
  partlyShipped: ['A part of your order is on its way', 'The rest follows.'],
  processing: ['Thank you!', 'Your payment has arrived, and we are getting your order ready.'],
  processingFree: ['Thank you!', 'There is nothing to pay, and we are getting your order ready.'],
  shipped: ['Your order is on its way', 'We have handed all of it to the carrier.'],
  delivered: ['Your order has arrived', 'We hope you enjoy it.'],
}

const de: MessageTexts = {
  reasons: {
    out_of_stock: 'Ein Artikel war leider im letzten Moment ausverkauft.',
    payment_failed: 'Die Zahlung ist fehlgeschlagen.',
    payment_expired: 'Die Zahlung ist nicht rechtzeitig eingegangen, deshalb haben wir die Artikel wieder freigegeben.',
    customer: 'Die Stornierung erfolgte auf Ihren Wunsch.',
    operator: 'Wir mussten sie leider stornieren.',
    reservation_timeout: 'Wir konnten die Artikel leider nicht rechtzeitig für Sie zurücklegen.',
  },
  cancelledTitles: {
    usual: 'Ihre Bestellung wurde storniert',
    payment_failed: 'Die Zahlung hat nicht geklappt',
    payment_expired: 'Die Zahlung kam nicht rechtzeitig',
  },
  cancelled: 'Die Bestellung wurde storniert.',
  notCharged: 'Es wurde nichts abgebucht.',
  cartRestored: 'Ihre Auswahl liegt wieder im Warenkorb.',
  cartStays: 'Ihr Warenkorb bleibt unverändert.',
  banksNeedTime: 'Je nach Bank kann es einige Tage dauern, bis Sie die Gutschrift sehen.',
  refundedWholly: (amount) => `Wir haben Ihnen ${amount} auf die Karte erstattet, mit der Sie bezahlt haben.`,
  refundFailed: 'Die Erstattung auf Ihre Karte hat nicht geklappt. Wir kümmern uns darum und melden uns bei Ihnen.',
  refundPending: 'Eine Erstattung auf Ihre Karte ist unterwegs.',
  refundPendingOf: (amount) => `Wir erstatten Ihnen ${amount} auf die Karte, mit der Sie bezahlt haben.`,
  refundedPartly: (amount, paid) => `Von ${paid} haben wir Ihnen ${amount} auf die Karte erstattet, mit der Sie bezahlt haben.`,
  bankDecides: (paid) => `Sie haben der Zahlung über ${paid} widersprochen. Ihre Bank entscheidet, wer das Geld erhält.`,
  comesBack: (paid) => `Sie haben ${paid} bezahlt. Das Geld geht auf die Karte zurück, mit der Sie bezahlt haben.`,
  cancelling: ['Stornierung läuft', 'Wir stellen sicher, dass keine Zahlung mehr unterwegs ist.'],
  cancellingPaid: [
    'Stornierung läuft',
    'Ihre Zahlung war zu diesem Zeitpunkt schon eingegangen. Die Bestellung wird storniert, und Sie erhalten Ihr Geld zurück.',
  ],
  review: [
    'Wir prüfen Ihre Zahlung',
    'Wir müssen uns die Zahlung noch einmal ansehen. Sie brauchen nichts zu tun, wir melden uns bei Ihnen.',
  ],
  paid: ['Vielen Dank!', 'Ihre Zahlung ist eingegangen. Die Bestätigung erhalten Sie in Kürze per E-Mail.'],
  payable: [
    'Noch nicht bezahlt',
    'Falls Sie gerade bezahlt haben, sehen wir das gleich. Andernfalls können Sie die Zahlung fortsetzen oder die Bestellung stornieren; Ihre Auswahl liegt dann wieder im Warenkorb.',
  ],
  preparing: ['Einen Moment bitte', 'Ihre Zahlungsseite wird vorbereitet.'],
  free: ['Einen Moment bitte', 'Es ist nichts zu bezahlen. Wir legen die Artikel für Sie zurück.'],
  disputed: ['Der Zahlung wurde widersprochen', 'Ihre Bank prüft diese Zahlung. Bis zu ihrer Entscheidung versenden wir nichts.'],
  partlyShipped: ['Ein Teil Ihrer Bestellung ist unterwegs', 'Der Rest folgt.'],
  processing: ['Vielen Dank!', 'Ihre Zahlung ist eingegangen, und wir stellen Ihre Bestellung zusammen.'],
  processingFree: ['Vielen Dank!', 'Es ist nichts zu bezahlen, und wir stellen Ihre Bestellung zusammen.'],
  shipped: ['Ihre Bestellung ist unterwegs', 'Wir haben alles an den Versanddienst übergeben.'],
  delivered: ['Ihre Bestellung ist angekommen', 'Wir wünschen Ihnen viel Freude damit.'],
}

export const messageTexts: Readonly<Record<Language, MessageTexts>> = { en, de }
