// Addresses at which customers follow a parcel, by carrier and tracking number.
import { ConfigError } from '@cartwright/service-kit'

/** Stands in a template for the tracking number. */
const placeholder = '{NUMBER}'

const builtIn: Readonly<Record<string, string>> = {
  DHL: 'https://www.dhl.com/global-en/home/tracking.html?tracking-id={NUMBER}',
  UPS: 'https://www.ups.com/track?tracknum={NUMBER}',
  DPD: 'https://tracking.dpd.de/status/en_US/parcel/{NUMBER}',
  GLS: 'https://gls-group.com/GROUP/en/parcel-tracking?match={NUMBER}',
  Hermes: 'https://www.myhermes.de/empfangen/sendungsverfolgung/sendungsinformation#{NUMBER}',
  FedEx: 'https://www.fedex.com/fedextrack/?trknbr={NUMBER}',
  USPS: 'https://tools.usps.com/go/TrackConfirmAction?tLabels={NUMBER}',
  'Royal Mail': 'https://www.royalmail.com/track-your-item#/tracking-results/{NUMBER}',
}

/** Names of the carriers that need no configuration. */
export const knownCarriers = Object.keys(builtIn)

/** The address of a parcel; undefined for an unknown carrier, and without a number, as after an erasure. */
export type TrackingUrlOf = (carrier: string, trackingNumber: string) => string | undefined

const carrierKey = (carrier: string): string => carrier.replace(/\s/gu, '').toLowerCase()

/** Whether the number can only change the path, query or fragment of the address, never its host. */
const isTemplate = (url: string): boolean => {
  if (!url.includes(placeholder) || !URL.canParse(url)) return false
  const { protocol, host, username, password } = new URL(url)
  return protocol === 'https:' && `${username}${password}` === '' && !host.includes('{')
}

const entryOf = (item: string): [carrier: string, template: string] => {
  const [, carrier = '', template = ''] = /^([^=]*)=(.*)$/su.exec(item) ?? []
  if (carrierKey(carrier) === '' || !isTemplate(template))
    throw new ConfigError('order', [
      `ORDER_TRACKING_URLS has ${item}: write a carrier and an https address that holds ${placeholder} after its host, such as Post=https://post.example/track?id=${placeholder}`,
    ])
  return [carrierKey(carrier), template]
}

/**
 * Extends or replaces the built-in templates.
 * @param given such as `Post=https://post.example/track?id={NUMBER}`
 * @throws ConfigError
 */
export const trackingUrlsIn = (given: readonly string[]): TrackingUrlOf => {
  const known = Object.entries(builtIn).map(([carrier, template]) => [carrierKey(carrier), template] as const)
  const templates = new Map([...known, ...given.map(entryOf)])
  return (carrier, trackingNumber) => {
    const number = encodeURIComponent(trackingNumber.trim())
    return number === '' ? undefined : templates.get(carrierKey(carrier))?.replaceAll(placeholder, () => number)
  }
}
