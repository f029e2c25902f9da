// Texts of error codes in every language of the shop: English stands with the codes, other languages here.
import { type ErrorCode, errorKinds } from './errors.ts'
import { languageOf } from './locales.ts'

export interface ErrorText {
  title: string
  /** What a client does about it. */
  remedy: string
}

const de: Readonly<Record<ErrorCode, ErrorText>> = {
  validation_failed: {
    title: 'Die Anfrage ist nicht gültig',
    remedy: 'Berichtigen Sie die Felder, die `errors` nennt, und senden Sie die Anfrage erneut.',
  },
  idempotency_key_missing: {
    title: 'Der Header Idempotency-Key fehlt',
    remedy: 'Senden Sie für jede beabsichtigte Wirkung einen eigenen Schlüssel, und bei Wiederholungen denselben.',
  },
  otp_invalid: {
    title: 'Der Code ist falsch, verbraucht oder abgelaufen',
    remedy: 'Fordern Sie einen neuen Code an und versuchen Sie es noch einmal.',
  },
  signature_invalid: {
    title: 'Die Signatur des Webhooks ist nicht gültig',
    remedy: 'Prüfen Sie das Geheimnis der Signatur und die Uhr des Absenders.',
  },
  return_url_not_allowed: {
    title: 'Diese Rücksprungadresse ist nicht erlaubt',
    remedy: 'Verwenden Sie einen Ursprung, der in CHECKOUT_RETURN_ORIGINS steht.',
  },
  password_weak: {
    title: 'Das Passwort ist zu schwach',
    remedy: 'Nehmen Sie 8 bis 72 Bytes und nichts aus der Liste verbreiteter Passwörter.',
  },
  unauthenticated: {
    title: 'Bitte melden Sie sich an',
    remedy: 'Senden Sie ein gültiges Zugriffstoken; erneuern Sie ein abgelaufenes.',
  },
  invalid_credentials: {
    title: 'E-Mail-Adresse oder Passwort ist falsch',
    remedy: 'Prüfen Sie beides; welches von beiden falsch ist, wird nicht verraten.',
  },
  refresh_token_invalid: { title: 'Das Erneuerungstoken gilt nicht mehr', remedy: 'Melden Sie sich erneut an.' },
  forbidden: { title: 'Ihre Rolle erlaubt das nicht', remedy: 'Melden Sie sich mit einer Rolle an, die es erlaubt.' },
  csrf_refused: {
    title: 'Eine Cookie-Sitzung braucht X-Session und einen erlaubten Ursprung',
    remedy:
      'Senden Sie den Header `X-Session` von einer Seite des Gateways selbst, oder eines Ursprungs, der in GATEWAY_CORS_ORIGINS steht.',
  },
  current_password_wrong: {
    title: 'Das aktuelle Passwort ist falsch',
    remedy: 'Geben Sie das Passwort des Kontos erneut ein; nach vielen falschen warten Sie so lange, wie Retry-After sagt.',
  },
  email_unverified: {
    title: 'Die E-Mail-Adresse ist noch nicht bestätigt',
    remedy: 'Geben Sie den Code aus der E-Mail ein, oder fordern Sie einen neuen an.',
  },
  account_blocked: { title: 'Dieses Konto ist gesperrt', remedy: 'Wenden Sie sich an den Shop.' },
  not_found: {
    title: 'Hier ist nichts',
    remedy: 'Prüfen Sie die Kennung; auch was anderen gehört, sieht aus, als wäre es nicht da.',
  },
  sku_unknown: {
    title: 'Kein Produkt hat diese Artikelnummer',
    remedy: 'Lesen Sie das Produkt erneut; vielleicht wird es nicht mehr verkauft.',
  },
  code_unknown: {
    title: 'Diesen Aktionscode gibt es nicht',
    remedy: 'Prüfen Sie die Schreibweise; Groß- und Kleinschreibung und Leerzeichen spielen keine Rolle.',
  },
  method_not_allowed: {
    title: 'Diese Methode gibt es hier nicht',
    remedy: 'Verwenden Sie eine der Methoden aus dem Header Allow.',
  },
  request_timeout: {
    title: 'Die Anfrage kam nicht rechtzeitig an',
    remedy: 'Senden Sie die ganze Anfrage innerhalb von 15 Sekunden; die Verbindung wurde geschlossen.',
  },
  idempotency_key_in_flight: {
    title: 'Eine Anfrage mit diesem Schlüssel läuft noch',
    remedy: 'Warten Sie so lange, wie Retry-After sagt, und wiederholen Sie dieselbe Anfrage.',
  },
  cart_changed: {
    title: 'Der Warenkorb hat sich geändert, seit Sie ihn gelesen haben',
    remedy: 'Lesen Sie den Warenkorb erneut; mit `orderId` wurde er schon bestellt.',
  },
  price_changed: {
    title: 'Die Summe ist nicht mehr die erwartete',
    remedy: 'Zeigen Sie die neue Summe und lassen Sie sie bestätigen.',
  },
  out_of_stock: {
    title: 'Nicht genug auf Lager',
    remedy: 'Verringern Sie die Mengen, die `shortages` nennt.',
  },
  unavailable: {
    title: 'Etwas im Warenkorb wird nicht mehr verkauft',
    remedy: 'Entfernen Sie die Positionen, die `problems` nennt.',
  },
  amount_not_payable: {
    title: 'Diese Summe kann nicht bezahlt werden',
    remedy:
      'Ändern Sie den Warenkorb, bis seine Summe mindestens `minimum` und höchstens `limit` ist, in kleinsten Einheiten der Währung; Preise müssen Vielfache von `step` sein.',
  },
  code_not_applicable: {
    title: 'Dieser Aktionscode bringt für diesen Warenkorb keinen Nachlass',
    remedy: 'Nennen Sie den Grund, den `reason` angibt, und lassen Sie den Warenkorb ändern oder ohne den Code weitergehen.',
  },
  shipping_required: {
    title: 'Für den Warenkorb fehlt eine Versandart',
    remedy: 'Wählen Sie mit `PUT /v1/cart/shipping` eine aus `shippingOptions`, oder ein anderes Ziel; `reason` sagt, was fehlt.',
  },
  shipping_changed: {
    title: 'Die Adresse liegt nicht dort, wohin der Warenkorb versandt wird',
    remedy: 'Wählen Sie mit `PUT /v1/cart/shipping` eine aus `shippingOptions` für Land und Region der Adresse.',
  },
  too_many_unpaid_orders: {
    title: 'Zu viele Bestellungen warten auf ihre Zahlung',
    remedy:
      'Bezahlen oder stornieren Sie eine aus `orderIds`, oder warten Sie, bis die älteste von selbst endet, und bestellen Sie erneut.',
  },
  order_state: {
    title: 'Der Stand der Bestellung erlaubt das nicht',
    remedy: 'Lesen Sie die Bestellung; `allowed` nennt die Zustände, in die ein Aufruf sie jetzt bringen kann.',
  },
  order_disputed: {
    title: 'Die Zahlung dieser Bestellung ist bestritten',
    remedy:
      'Warten Sie, bis der Streit gewonnen ist, oder versenden Sie mit `despiteDispute`; `allowed` nennt die Zustände, in die ein Aufruf sie jetzt bringen kann.',
  },
  return_not_possible: {
    title: 'Diese Waren können jetzt nicht zurückgegeben werden',
    remedy:
      'Geben Sie versandte Waren bis `returnableUntil` zurück, von jeder Position höchstens so viel, wie `returnable` sagt.',
  },
  return_state: {
    title: 'Der Stand der Rücksendung erlaubt das nicht',
    remedy: 'Lesen Sie die Rücksendung: Sie wird angefragt, dann genehmigt, empfangen und erstattet, oder abgelehnt.',
  },
  withdrawal_not_possible: {
    title: 'Diese Bestellung lässt sich nicht mehr widerrufen',
    remedy:
      'Widerrufen Sie bis `withdrawableUntil`; eine Bestellung, die storniert wurde oder ganz zurückgekommen ist, braucht keinen Widerruf.',
  },
  over_cancel: {
    title: 'Mehr als noch zu versenden ist, kann nicht storniert werden',
    remedy:
      'Stornieren Sie von jeder Position höchstens, was `cancellable` sagt; versandte Waren kommen durch eine Rücksendung zurück.',
  },
  over_refund: {
    title: 'Mehr als eingezogen wurde, kann nicht erstattet werden',
    remedy: 'Erstatten Sie höchstens `refundable`.',
  },
  sku_taken: { title: 'Eine andere Variante hat diese Artikelnummer', remedy: 'Wählen Sie eine andere Artikelnummer.' },
  variant_taken: {
    title: 'Eine andere Variante des Produkts hat diese Merkmale',
    remedy: 'Wählen Sie andere Werte, oder ändern Sie jene Variante.',
  },
  options_in_use: {
    title: 'Varianten des Produkts lägen nicht mehr in seinen Merkmalen',
    remedy: 'Ändern Sie zuerst die Varianten, die `skus` nennt, oder nehmen Sie sie aus dem Verkauf.',
  },
  code_taken: {
    title: 'Diese Aktionscodes sind vergeben',
    remedy: 'Wählen Sie andere für die Codes, die `codes` nennt; ein Code gehört zu einer Aktion.',
  },
  promotion_automatic: {
    title: 'Diese Aktion gilt ohne Code',
    remedy: 'Setzen Sie zuerst den Auslöser der Aktion auf `code`.',
  },
  slug_taken: { title: 'Dieser Kurzname ist vergeben', remedy: 'Wählen Sie einen anderen Kurznamen.' },
  category_cycle: {
    title: 'Eine Kategorie kann nicht unter sich selbst stehen',
    remedy: 'Wählen Sie eine übergeordnete Kategorie außerhalb ihres eigenen Zweigs.',
  },
  stock_insufficient: {
    title: 'Das Bestandskonto erlaubt diese Änderung nicht',
    remedy: 'Der Bestand kann nicht unter das fallen, was reserviert ist.',
  },
  email_taken: { title: 'Diese Adresse gehört zu einem anderen Konto', remedy: 'Verwenden Sie eine andere Adresse.' },
  last_admin: {
    title: 'Der letzte Admin kann nicht gesperrt, herabgestuft oder geschlossen werden',
    remedy: 'Machen Sie zuerst ein anderes Konto zum Admin.',
  },
  conflict: {
    title: 'Eine andere Anfrage hat dies im selben Moment geändert',
    remedy: 'Lesen Sie es erneut und wiederholen Sie die Anfrage.',
  },
  payload_too_large: { title: 'Der Inhalt der Anfrage ist zu groß', remedy: 'Senden Sie höchstens 1 MiB.' },
  unsupported_media_type: {
    title: 'Bitte senden Sie JSON',
    remedy: 'Verwenden Sie Content-Type: application/json und kein Content-Encoding.',
  },
  cart_empty: { title: 'Der Warenkorb ist leer', remedy: 'Legen Sie zuerst etwas hinein.' },
  cart_limit: {
    title: 'Die Grenzen des Warenkorbs sind erreicht',
    remedy: 'Beachten Sie die Grenze für Positionen, Mengen oder die Summe, die `detail` nennt.',
  },
  idempotency_key_reused: {
    title: 'Dieser Schlüssel wurde mit einer anderen Anfrage verwendet',
    remedy: 'Nehmen Sie für eine neue Anfrage einen neuen Schlüssel.',
  },
  request_head_too_large: {
    title: 'Die Adresse oder die Header der Anfrage sind zu groß',
    remedy: 'Senden Sie weniger als 16 KiB an Adresse und Headern.',
  },
  rate_limited: { title: 'Zu viele Anfragen', remedy: 'Warten Sie so lange, wie Retry-After sagt.' },
  too_many_streams: {
    title: 'Zu viele Datenströme sind offen',
    remedy:
      'Schließen Sie einen Datenstrom, oder warten Sie so lange, wie Retry-After sagt; lesen Sie bis dahin ohne Datenstrom.',
  },
  too_many_attempts: { title: 'Zu viele Versuche', remedy: 'Warten Sie so lange, wie Retry-After sagt.' },
  internal: {
    title: 'Bei uns ist etwas schiefgegangen',
    remedy: 'Versuchen Sie es erneut; nennen Sie uns `traceId`, wenn es dabei bleibt.',
  },
  upstream_unavailable: {
    title: 'Ein Teil des Shops kann gerade nicht antworten',
    remedy: 'Versuchen Sie es in ein paar Sekunden erneut.',
  },
  tax_unavailable: {
    title: 'Die Steuern an diesem Ziel lassen sich gerade nicht ermitteln',
    remedy: 'Versuchen Sie es in ein paar Sekunden erneut. Die Summe eines Warenkorbs mit diesem Problem ist nicht endgültig.',
  },
}

/** Title and remedy of a code in the language of a locale. */
export const errorTextOf = (code: ErrorCode, locale: string): ErrorText =>
  languageOf(locale) === 'de' ? de[code] : { title: errorKinds[code].title, remedy: errorKinds[code].remedy }
