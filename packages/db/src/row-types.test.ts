// Row types follow the schema: names and types of columns, what an INSERT may leave out, and keys.
import { expect, test } from 'vitest'
import { type Datamodel, renderRows } from './row-types.ts'

const field = (name: string, type: string, more: object = {}) => ({
  name,
  kind: 'scalar',
  type,
  isList: false,
  isRequired: true,
  hasDefaultValue: false,
  ...more,
})

const parcel: Datamodel = {
  models: [
    {
      name: 'Parcel',
      dbName: 'parcel',
      fields: [
        field('id', 'BigInt', { nativeType: ['UnsignedBigInt', []], hasDefaultValue: true }),
        field('orderId', 'String', { dbName: 'order_id', nativeType: ['VarChar', ['40']] }),
        field('state', 'String', { nativeType: ['VarChar', ['12']], documentation: "Where it is.\n![OrderStatus | 'lost']" }),
        field('fragile', 'Boolean'),
        field('sentAt', 'DateTime', { dbName: 'sent_at', nativeType: ['DateTime', ['6']], isRequired: false }),
        field('order', 'Order', { kind: 'object' }),
      ],
    },
  ],
  indexes: [
    { model: 'Parcel', type: 'id', fields: [{ name: 'id' }] },
    { model: 'Parcel', type: 'unique', dbName: 'parcel_once', fields: [{ name: 'orderId' }, { name: 'sentAt' }] },
    { model: 'Parcel', type: 'normal', dbName: 'parcel_state', fields: [{ name: 'state' }] },
  ],
}

test('a model becomes a row interface and a table, and the types that its comments name are imported', () => {
  expect(renderRows(parcel)).toMatchInlineSnapshot(`
    "// Row types and tables, generated from prisma/schema.prisma by \`prisma generate\`. Edit the schema, not this file.
    import type { OrderStatus } from '@cartwright/contracts'
    import type { Table, TableDescription } from '@cartwright/db'

    export interface ParcelRow {
      readonly id: number
      readonly order_id: string
      /** Where it is. */
      readonly state: OrderStatus | 'lost'
      readonly fragile: 0 | 1
      readonly sent_at: Date | null
    }

    export const parcelTable: Table<ParcelRow, 'id' | 'sent_at'> = {
      name: 'parcel',
      columns: {
        id: 'bigint unsigned not null default',
        order_id: 'varchar(40) not null',
        state: 'varchar(12) not null',
        fragile: 'tinyint(1) not null',
        sent_at: 'datetime(6)',
      },
      keys: [
        'primary (id)',
        'unique parcel_once (order_id, sent_at)',
        'index parcel_state (state)',
      ],
    }

    export const tables: readonly TableDescription[] = [
      parcelTable,
    ]
    "
  `)
})

test('a field whose type has no column type here is refused by name', () => {
  const [model] = parcel.models
  const odd = { ...parcel, models: [{ ...model!, fields: [field('tags', 'String', { isList: true })] }], indexes: [] }
  expect(() => renderRows(odd)).toThrow('Parcel.tags')
})
