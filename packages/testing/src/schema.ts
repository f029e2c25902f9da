// Database schema for one test, on the engine of the test run.
import { randomBytes } from 'node:crypto'
import { connect } from '@cartwright/db'

/** Root URL of the engine. @throws Error when TEST_MYSQL_URL is not set */
export const engineUrl = (): string => {
  const url = process.env.TEST_MYSQL_URL
  if (!url)
    throw new Error('TEST_MYSQL_URL is not set: run the tests through `npm test`, or set it to a MySQL or MariaDB root URL')
  return url
}

export interface TestSchema {
  url: string
  name: string
  /** For tests without migrations. */
  create(): Promise<void>
  drop(): Promise<void>
}

/** Chooses a new schema name on the engine; migrations create the schema. */
export const testSchema = (label: string, root = engineUrl()): TestSchema => {
  const name = `t_${label.replace(/[^a-z0-9]/g, '_')}_${randomBytes(5).toString('hex')}`
  const url = new URL(root)
  url.pathname = `/${name}`
  const ask = async (statement: string): Promise<void> => {
    const server = new URL(root)
    server.pathname = '/'
    const admin = await connect(server.href)
    await admin.query(statement)
    await admin.end()
  }
  return {
    url: url.href,
    name,
    create: () => ask(`CREATE DATABASE ${name}`),
    drop: () => ask(`DROP DATABASE IF EXISTS ${name}`),
  }
}
