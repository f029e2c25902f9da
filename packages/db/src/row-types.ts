// Generator of row types: turns Prisma's model of a schema (DMMF) into one row interface and one table description per model.

interface Field {
  name: string
  dbName?: string | null
  kind: string
  type: string
  isList: boolean
  isRequired: boolean
  hasDefaultValue: boolean
  nativeType?: readonly [name: string, parameters: readonly string[]] | null
  documentation?: string
}

interface Model {
  name: string
  dbName: string | null
  fields: readonly Field[]
  documentation?: string
}

interface Key {
  model: string
  type: string
  dbName?: string
  fields: readonly { name: string }[]
}

/** The part of Prisma's DMMF that is read here. */
export interface Datamodel {
  models: readonly Model[]
  indexes: readonly Key[]
}

/** What the driver returns with the options of `connection.ts`: BIGINT and DECIMAL as numbers, JSON as text, BOOLEAN as 0 or 1. */
const driverTypes: Readonly<Record<string, string>> = {
  String: 'string',
  Int: 'number',
  BigInt: 'number',
  Float: 'number',
  Decimal: 'number',
  Boolean: '0 | 1',
  DateTime: 'Date',
  Json: 'string',
  Bytes: 'Buffer',
}

/** SQL types of fields without `@db`. */
const usualSqlTypes: Readonly<Record<string, string>> = { Int: 'int', BigInt: 'bigint', Boolean: 'tinyint(1)' }

const columnOf = (field: Field): string => field.dbName ?? field.name

/** `UnsignedTinyInt` is `tinyint unsigned`, `VarChar` with 40 is `varchar(40)`. */
const sqlTypeOf = (model: Model, field: Field): string => {
  if (!field.nativeType) {
    const usual = usualSqlTypes[field.type]
    if (usual === undefined) throw new Error(`${model.name}.${field.name}: give its type with @db`)
    return usual
  }
  const [name, parameters] = field.nativeType
  const unsigned = /^Unsigned(.+)$/.exec(name)?.[1]
  if (unsigned !== undefined) return `${unsigned.toLowerCase()} unsigned`
  return `${name.toLowerCase()}${parameters.length > 0 ? `(${parameters.join(',')})` : ''}`
}

/** A comment `/// ![Type]` narrows a column; other comments become documentation. */
const commentOf = ({ documentation = '' }: Field | Model): { type: string | undefined; text: string } => {
  const type = /^!\[(.+)\]$/m.exec(documentation)?.[1]
  return { type, text: documentation.replace(/^!\[.+\]$/m, '').trim() }
}

const typeOf = (model: Model, field: Field): string => {
  const driverType = field.isList ? undefined : driverTypes[field.type]
  if (driverType === undefined) throw new Error(`${model.name}.${field.name}: there is no column type for ${field.type}`)
  return `${commentOf(field).type ?? driverType}${field.isRequired ? '' : ' | null'}`
}

/** Names of contract types: identifiers in upper camel case that stand outside quotes. */
const contractTypesOf = (model: Model): string[] =>
  model.fields.flatMap((field) => (commentOf(field).type ?? '').replace(/'[^']*'/g, '').match(/\b[A-Z]\w*/g) ?? [])

const docOf = (indent: string, { text }: { text: string }): string =>
  text === '' ? '' : `${indent}/** ${text.replaceAll('\n', ' ')} */\n`

const keysOf = (model: Model, keys: readonly Key[]): string[] =>
  keys
    .filter((key) => key.model === model.name)
    .map((key) => {
      const columns = key.fields
        .map(({ name }) => columnOf(model.fields.find((field) => field.name === name) as Field))
        .join(', ')
      return key.type === 'id'
        ? `primary (${columns})`
        : `${key.type === 'normal' ? 'index' : key.type} ${key.dbName} (${columns})`
    })

const renderModel = (model: Model, keys: readonly Key[]): string => {
  const fields = model.fields.filter((field) => field.kind !== 'object')
  const members = fields.map(
    (field) => `${docOf('  ', commentOf(field))}  readonly ${columnOf(field)}: ${typeOf(model, field)}\n`,
  )
  const columns = fields.map(
    (field) =>
      `    ${columnOf(field)}: '${sqlTypeOf(model, field)}${field.isRequired ? ' not null' : ''}${field.hasDefaultValue ? ' default' : ''}',\n`,
  )
  const optional = fields.filter((field) => !field.isRequired || field.hasDefaultValue).map((field) => `'${columnOf(field)}'`)
  const table = `${model.name.charAt(0).toLowerCase()}${model.name.slice(1)}Table`
  const type = `Table<${[`${model.name}Row`, ...(optional.length > 0 ? [optional.join(' | ')] : [])].join(', ')}>`
  return `${docOf('', commentOf(model))}export interface ${model.name}Row {
${members.join('')}}

export const ${table}: ${type} = {
  name: '${model.dbName ?? model.name}',
  columns: {
${columns.join('')}  },
  keys: [
${keysOf(model, keys)
  .map((key) => `    '${key}',\n`)
  .join('')}  ],
}
`
}

/** Source text of `rows.ts`. @throws Error naming a field whose type is not known here */
export const renderRows = ({ models, indexes }: Datamodel): string => {
  const contractTypes = [...new Set(models.flatMap(contractTypesOf))].sort()
  const imports = [
    ...(contractTypes.length > 0 ? [`import type { ${contractTypes.join(', ')} } from '@cartwright/contracts'`] : []),
    "import type { Table, TableDescription } from '@cartwright/db'",
  ]
  const tables = models.map(({ name }) => `  ${name.charAt(0).toLowerCase()}${name.slice(1)}Table,\n`)
  return `// Row types and tables, generated from prisma/schema.prisma by \`prisma generate\`. Edit the schema, not this file.
${imports.join('\n')}

${models.map((model) => renderModel(model, indexes)).join('\n')}
export const tables: readonly TableDescription[] = [
${tables.join('')}]
`
}
