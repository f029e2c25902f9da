// Messages of validation errors for people, in every language of the shop.
import { imageAddress, type Language, type NormalizerName, notBlank, oneLine } from '@cartwright/contracts'

interface Violation {
  keyword: string
  params: Record<string, unknown>
  message?: string
}

/** Replaces messages of the schema that do not help a reader. */
const english = ({ keyword, params, message }: Violation): string => {
  if (keyword === 'pattern' && params.pattern === notBlank) return 'must not be blank'
  if (keyword === 'pattern' && params.pattern === oneLine) return 'must be one line of visible characters'
  if (keyword === 'pattern' && params.pattern === imageAddress) return 'must be an https address or a path of the shop'
  if (keyword === 'not') return 'must be another value'
  return message ?? 'is not valid'
}

const germanTypes: Readonly<Record<string, string>> = {
  string: 'ein Text',
  integer: 'eine ganze Zahl',
  number: 'eine Zahl',
  boolean: 'true oder false',
  object: 'ein Objekt',
  array: 'eine Liste',
  null: 'null',
}

const germanForms: Readonly<Record<NormalizerName, string>> = {
  email: 'muss eine E-Mail-Adresse sein, die E-Mails erreichen',
  sku: 'muss eine Artikelnummer sein: höchstens 64 ASCII-Buchstaben, Ziffern, Punkte, Bindestriche und Unterstriche, mit einem Buchstaben oder einer Ziffer am Anfang',
  slug: 'muss ein Kurzname sein: höchstens 120 ASCII-Buchstaben und Ziffern mit einzelnen Bindestrichen dazwischen',
  promotionCode:
    'muss ein Aktionscode sein: 3 bis 40 ASCII-Buchstaben, Ziffern, Bindestriche und Unterstriche, mit einem Buchstaben oder einer Ziffer am Anfang',
  idOrSlug: 'muss eine Kennung oder ein Kurzname sein',
}

const germanPattern = (pattern: unknown): string => {
  if (pattern === notBlank) return 'darf nicht leer sein'
  if (pattern === oneLine) return 'muss eine Zeile sichtbarer Zeichen sein'
  if (pattern === imageAddress) return 'muss eine https-Adresse oder ein Pfad des Shops sein'
  return 'hat nicht die erwartete Form'
}

const count = (many: unknown, one: string, more: string): string => `${many} ${many === 1 ? one : more}`

const german: Readonly<Record<string, (params: Record<string, unknown>) => string>> = {
  required: () => 'fehlt',
  additionalProperties: () => 'ist nicht bekannt',
  unknownMembers: ({ more }) => `hat ${more} weitere unbekannte Felder`,
  type: ({ type }) =>
    `muss ${[type]
      .flat()
      .map((name) => germanTypes[String(name)] ?? name)
      .join(' oder ')} sein`,
  pattern: ({ pattern }) => germanPattern(pattern),
  normalize: ({ normalize }) => germanForms[normalize as NormalizerName],
  anyOf: () => 'hat keine der erlaubten Formen',
  format: () => 'hat nicht die erwartete Form',
  minLength: ({ limit }) => `muss mindestens ${count(limit, 'Zeichen', 'Zeichen')} haben`,
  maxLength: ({ limit }) => `darf höchstens ${count(limit, 'Zeichen', 'Zeichen')} haben`,
  minItems: ({ limit }) => `muss mindestens ${count(limit, 'Eintrag', 'Einträge')} haben`,
  maxItems: ({ limit }) => `darf höchstens ${count(limit, 'Eintrag', 'Einträge')} haben`,
  uniqueItems: () => 'darf keinen Eintrag zweimal haben',
  minProperties: ({ limit }) => `muss mindestens ${count(limit, 'Feld', 'Felder')} haben`,
  maxProperties: ({ limit }) => `darf höchstens ${count(limit, 'Feld', 'Felder')} haben`,
  minimum: ({ limit }) => `muss mindestens ${limit} sein`,
  maximum: ({ limit }) => `darf höchstens ${limit} sein`,
  exclusiveMinimum: ({ limit }) => `muss mehr als ${limit} sein`,
  exclusiveMaximum: ({ limit }) => `muss weniger als ${limit} sein`,
  multipleOf: ({ multipleOf }) => `muss ein Vielfaches von ${multipleOf} sein`,
  enum: ({ allowedValues }) => `muss einer dieser Werte sein: ${[allowedValues].flat().join(', ')}`,
  const: ({ allowedValue }) => `muss ${allowedValue} sein`,
  not: () => 'muss ein anderer Wert sein',
}

/** The message of a violated keyword; without a known keyword only that the value is not valid. */
export const validationMessage = (violation: Violation, language: Language): string =>
  language === 'de' ? (german[violation.keyword]?.(violation.params) ?? 'ist nicht gültig') : english(violation)
