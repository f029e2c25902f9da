// Command `create-admin`: inserts the first admin into identity's schema, because no admin exists yet who could sign in.
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AppError } from '@cartwright/contracts'
import { createAdmin } from '@cartwright/identity'
import {
  databaseTlsSpec,
  type Environment,
  ProgramError,
  readConfig,
  secret,
  secureDatabaseUrl,
  text,
} from '@cartwright/service-kit'
import { shopSpec } from '../config.ts'
import { schemaUrl } from '../environment.ts'
import { facts, type Options, type StandaloneCommand, textOf, UsageError } from './command.ts'
import { runningDatabase } from './discovery.ts'

const createAdminSpec = {
  ...databaseTlsSpec,
  newPassword: secret(
    text('OPS_NEW_PASSWORD', 'Password of the admin that `create-admin` creates; asked for when left out', null),
  ),
  databaseUrl: secret(text('IDENTITY_DATABASE_URL', 'Identity’s schema, for `create-admin`', null)),
  dataDir: shopSpec.dataDir,
  rootUrl: shopSpec.databaseUrl,
  schemaPrefix: shopSpec.schemaPrefix,
}

/** Identity's schema: from IDENTITY_DATABASE_URL, from DATABASE_URL, or of the shop that runs on this machine. @throws ProgramError */
const databaseOf = (env: Environment): { url: string; password: string | null } => {
  const config = readConfig('ops', '\0', createAdminSpec, env)
  const { newPassword, databaseUrl, dataDir, rootUrl, schemaPrefix } = config
  const root = rootUrl ?? runningDatabase(dataDir)
  if (databaseUrl !== null) return { url: secureDatabaseUrl(databaseUrl, config), password: newPassword }
  if (root === null)
    throw new ProgramError('Set IDENTITY_DATABASE_URL, or the DATABASE_URL of the shop: no shop with a database runs here.')
  return { url: secureDatabaseUrl(schemaUrl(root, `${schemaPrefix}identity`), config), password: newPassword }
}

/** Reads a line from the terminal without echo. */
const ask = async (question: string, signal: AbortSignal): Promise<string> => {
  const silent = new Writable({ write: (_, __, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true })
  try {
    process.stderr.write(question)
    const { promise, resolve } = Promise.withResolvers<string>()
    lines.question('', { signal }, resolve)
    lines.once('close', () => resolve(''))
    return await promise
  } finally {
    process.stderr.write('\n')
    lines.close()
  }
}

interface Secret {
  password: string | null
  /** Whether the command generated the password, and so prints it. */
  generated: boolean
}

/** Reads the password from elsewhere than the command line, which every process of the machine can read. @throws UsageError, ProgramError */
const passwordOf = async (options: Options, given: string | null, signal: AbortSignal): Promise<Secret> => {
  if (options.promote === true && options.generate === true) throw new UsageError('Choose either --promote or --generate.')
  if (options.promote === true) return { password: null, generated: false }
  if (options.generate === true) return { password: randomBytes(18).toString('base64url'), generated: true }
  if (given !== null) return { password: given, generated: false }
  if (!process.stdin.isTTY)
    throw new UsageError('Set OPS_NEW_PASSWORD, or pass --generate: there is no terminal to ask for a password.')
  const password = await ask('Password of the new admin: ', signal)
  if (password !== (await ask('Repeat the password: ', signal)))
    throw new ProgramError('The two passwords differ; no admin was created.')
  return { password, generated: false }
}

/** Turns failures that an operator can fix into one line. */
const explained = (error: unknown): unknown => {
  if (error instanceof AppError) return new ProgramError(`No admin was created: ${error.message}.`)
  const { errno } = error as { errno?: number }
  if (errno === 1146 || errno === 1049)
    return new ProgramError('No admin was created: the tables of identity do not exist yet; start the shop once.')
  return error
}

export const createAdminCommand: StandaloneCommand = {
  name: 'create-admin',
  takes: '<email>',
  about: 'Create the first admin in identity’s schema: needs IDENTITY_DATABASE_URL, or the DATABASE_URL of the shop',
  options: {
    name: { type: 'string', about: 'name of the admin; Admin when left out' },
    generate: {
      type: 'boolean',
      about: 'generate a password and print it once, instead of reading OPS_NEW_PASSWORD or asking for one',
    },
    promote: { type: 'boolean', about: 'give an existing account the role admin; it keeps its password' },
  },
  runAlone: async ({ env, signal }, [email], options) => {
    if (email === undefined) throw new UsageError('Name an e-mail address.')
    const database = databaseOf(env)
    const { password, generated } = await passwordOf(options, database.password, signal)
    const name = textOf(options, 'name') ?? 'Admin'
    const made = await createAdmin({ databaseUrl: database.url, email, name, password }).catch((error: unknown) => {
      throw explained(error)
    })
    const shown = generated ? { password } : {}
    const rows: [string, unknown][] = [
      ['Id', made.id],
      ['E-mail', made.email],
      ...(generated ? [['Password', password] as [string, unknown]] : []),
    ]
    const says = made.promoted
      ? 'The account is an admin now; the role applies from the next sign-in or token refresh.'
      : 'The admin can sign in now.'
    return { data: { ...made, ...shown }, text: `${says}\n${facts(rows)}` }
  },
}
