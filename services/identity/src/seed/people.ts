// Accounts of the development shop: an admin, and customers with address books in the shop's zones.
import type { Address, Role } from '@cartwright/contracts'

export interface SeedPerson {
  id: string
  role: Role
  email: string
  name: string
  locale: string
  /** The first one is the default. */
  addresses: readonly Address[]
}

const inGermany = { country: 'DE' }

export const people: readonly SeedPerson[] = [
  { id: 'usr_00seedadmin', role: 'admin', email: 'admin@example.com', name: 'Ada Admin', locale: 'en', addresses: [] },
  {
    id: 'usr_00seedalice',
    role: 'customer',
    email: 'alice@example.com',
    name: 'Alice Archer',
    locale: 'en',
    addresses: [
      { name: 'Alice Archer', line1: 'Torstraße 101', city: 'Berlin', postalCode: '10119', ...inGermany },
      {
        name: 'Alice Archer',
        company: 'Archer & Finch GmbH',
        line1: 'Gänsemarkt 4',
        line2: '3. Stock',
        city: 'Hamburg',
        postalCode: '20354',
        ...inGermany,
      },
    ],
  },
  {
    id: 'usr_00seedbob',
    role: 'customer',
    email: 'bob@example.com',
    name: 'Bob Baker',
    locale: 'en',
    addresses: [
      {
        name: 'Bob Baker',
        line1: '512 Valencia Street',
        city: 'San Francisco',
        region: 'CA',
        postalCode: '94110',
        country: 'US',
      },
      { name: 'Rose Baker', line1: '88 Orchard Street', city: 'New York', region: 'NY', postalCode: '10002', country: 'US' },
    ],
  },
  {
    id: 'usr_00seedclara',
    role: 'customer',
    email: 'clara@example.com',
    name: 'Clara Conrad',
    locale: 'de',
    addresses: [{ name: 'Clara Conrad', line1: 'Sendlinger Straße 21', city: 'München', postalCode: '80331', ...inGermany }],
  },
  {
    id: 'usr_00seeddavid',
    role: 'customer',
    email: 'david@example.com',
    name: 'David Dubois',
    locale: 'en',
    addresses: [
      { name: 'David Dubois', line1: '14 rue Mercière', city: 'Lyon', postalCode: '69002', country: 'FR' },
      { name: 'Dora Dubois', line1: 'Neubaugasse 30', city: 'Wien', postalCode: '1070', country: 'AT' },
    ],
  },
  {
    id: 'usr_00seedemma',
    role: 'customer',
    email: 'emma@example.com',
    name: 'Emma Evans',
    locale: 'en',
    addresses: [{ name: 'Emma Evans', line1: '27 Lamb’s Conduit Street', city: 'London', postalCode: 'WC1N 3NG', country: 'GB' }],
  },
]
