// Texts of the error pages in every language of the shop: what a status means, and whether the request may be repeated.
import { type Language, languageOf } from '@cartwright/contracts'

const en = {
  pageTitle: (title: string) => `Error: ${title}`,
  status: 'HTTP status',
  code: 'Code',
  remedy: 'What to do',
  extras: 'What the answer holds besides',
  example: 'An answer with this code',
  reference: 'API reference',
  missing: [
    'There is no such error',
    'The address of this page names no error code of this shop. Codes stand in `code` of an answer; the API reference lists them.',
  ],
  meanings: {
    400: 'The request itself is wrong. The same request fails again; a corrected one can succeed.',
    401: 'The request does not say who you are, or no longer does. Sign in or refresh the token, and send it again.',
    403: 'We know who you are, but this is not open to you. The same request fails again.',
    404: 'What the request names is not there, or not yours. The same request fails again.',
    405: 'The address exists, but not for this method.',
    408: 'The request took too long to arrive. It may be sent again as a whole.',
    409: 'The request is well-formed, but things are not as it expects. Read them again before you decide what to send.',
    413: 'The request carries more than is taken here.',
    415: 'The content of the request has a type that is not taken here.',
    422: 'The request is well-formed, but its content contradicts what is stored.',
    429: 'You have asked too often. The same request may be sent again after a while.',
    431: 'The head of the request is larger than is taken here.',
    500: 'The fault is ours. The same request may be sent again, with the same Idempotency-Key.',
    503: 'Something that the request needs does not answer. The same request may be sent again, with the same Idempotency-Key.',
  } as Readonly<Record<number, string>>,
}
type ErrorPageTexts = typeof en

const de: ErrorPageTexts = {
  pageTitle: (title) => `Fehler: ${title}`,
  status: 'HTTP-Status',
  code: 'Code',
  remedy: 'Was zu tun ist',
  extras: 'Was die Antwort außerdem enthält',
  example: 'Eine Antwort mit diesem Code',
  reference: 'API-Referenz',
  missing: [
    'Diesen Fehler gibt es nicht',
    'Die Adresse dieser Seite nennt keinen Fehlercode dieses Shops. Codes stehen in `code` einer Antwort; die API-Referenz führt sie auf.',
  ],
  meanings: {
    400: 'Die Anfrage selbst ist falsch. Dieselbe Anfrage scheitert wieder; eine berichtigte kann gelingen.',
    401: 'Die Anfrage sagt nicht oder nicht mehr, wer Sie sind. Melden Sie sich an oder erneuern Sie das Token, und senden Sie sie erneut.',
    403: 'Wir wissen, wer Sie sind, aber das steht Ihnen nicht offen. Dieselbe Anfrage scheitert wieder.',
    404: 'Was die Anfrage nennt, ist nicht da oder gehört Ihnen nicht. Dieselbe Anfrage scheitert wieder.',
    405: 'Die Adresse gibt es, aber nicht für diese Methode.',
    408: 'Die Anfrage brauchte zu lange. Sie kann als Ganzes erneut gesendet werden.',
    409: 'Die Anfrage ist wohlgeformt, aber der Stand der Dinge ist anders, als sie erwartet. Lesen Sie ihn neu, bevor Sie entscheiden, was Sie senden.',
    413: 'Die Anfrage enthält mehr, als hier angenommen wird.',
    415: 'Der Inhalt der Anfrage hat einen Typ, der hier nicht angenommen wird.',
    422: 'Die Anfrage ist wohlgeformt, aber ihr Inhalt widerspricht dem, was gespeichert ist.',
    429: 'Sie haben zu oft gefragt. Dieselbe Anfrage kann nach einer Weile erneut gesendet werden.',
    431: 'Der Kopf der Anfrage ist größer, als hier angenommen wird.',
    500: 'Der Fehler liegt bei uns. Dieselbe Anfrage kann mit demselben Idempotency-Key erneut gesendet werden.',
    503: 'Etwas, das die Anfrage braucht, antwortet nicht. Dieselbe Anfrage kann mit demselben Idempotency-Key erneut gesendet werden.',
  },
}

const texts: Readonly<Record<Language, ErrorPageTexts>> = { en, de }

export const errorPageTexts = (locale: string): ErrorPageTexts => texts[languageOf(locale)]
