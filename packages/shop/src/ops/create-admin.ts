// Makes the first admin of a shop: writes to identity's schema, since there is nobody yet who could sign in.
import { randomBytes } from 'node:crypto'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { AppError } from '@cartwright/contracts'
import { createAdmin } from '@cartwright/identity'
import { type Environment, ProgramError, readConfig, secret, text } from '@cartwright/service-kit'
import { shopSpec } from '../config.ts'
import { facts, type Options, type StandaloneCommand, textOf, UsageError } from './command.ts'
import { runningDatabase } from './surroundings.ts'

const createAdminSpec = {
  newPassword: secret(text('OPS_NEW_PASSWORD', 'Password of the admin that `create-admin` makes; asked for when left out', null)),
  databaseUrl: secret(text('IDENTITY_DATABASE_URL', 'Identity’s schema, for `create-admin`', null)),
  dataDir: shopSpec.dataDir,
  rootUrl: shopSpec.databaseUrl,
  schemaPrefix: shopSpec.schemaPrefix,
}

/** Identity's schema: as its service is told, as the shop is told, or that of the shop that runs here. @throws ProgramError */
const databaseOf = (env: Environment): { url: string; password: string | null } => {
  const { newPassword, databaseUrl, dataDir, rootUrl, schemaPrefix } = readConfig('ops', '\0', createAdminSpec, env)
  const root = rootUrl ?? runningDatabase(dataDir)
  if (databaseUrl !== null) return { url: databaseUrl, password: newPassword }
  if (root === null)
    throw new ProgramError('Set IDENTITY_DATABASE_URL, or DATABASE_URL as the shop has it: no shop with a database runs here.')
  const url = new URL(root)
  url.pathname = `/${schemaPrefix}identity`
  return { url: url.href, password: newPassword }
}

/** Reads a line without showing it. */
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
  /** It was drawn here, so it has to be shown once. */
  drawn: boolean
}

/** A password never stands in the command line, where every process of the machine reads it. @throws UsageError, ProgramError */
const passwordOf = async (options: Options, given: string | null, signal: AbortSignal): Promise<Secret> => {
  if (options.promote === true && options.generate === true) throw new UsageError('Say either --promote or --generate.')
  if (options.promote === true) return { password: null, drawn: false }
  if (options.generate === true) return { password: randomBytes(18).toString('base64url'), drawn: true }
  if (given !== null) return { password: given, drawn: false }
  if (!process.stdin.isTTY)
    throw new UsageError('Set OPS_NEW_PASSWORD, or say --generate: there is no terminal to ask for a password.')
  const password = await ask('Password of the new admin: ', signal)
  if (password !== (await ask('Once more: ', signal))) throw new ProgramError('The two passwords differ; nothing was done.')
  return { password, drawn: false }
}

/** Failures that a person can mend, in one line. */
const explained = (error: unknown): unknown => {
  if (error instanceof AppError) return new ProgramError(`No admin was made: ${error.message}.`)
  const { errno } = error as { errno?: number }
  if (errno === 1146 || errno === 1049)
    return new ProgramError('No admin was made: identity has not made its tables yet; start the shop once.')
  return error
}

export const createAdminCommand: StandaloneCommand = {
  name: 'create-admin',
  takes: '<email>',
  about: 'Make the first admin, in identity’s schema: needs IDENTITY_DATABASE_URL, or DATABASE_URL as the shop has it',
  options: {
    name: { type: 'string', about: 'how the admin is called, Admin when left out' },
    generate: { type: 'boolean', about: 'draw a password and print it once, instead of OPS_NEW_PASSWORD or asking for one' },
    promote: { type: 'boolean', about: 'make an account that exists an admin; it keeps its password' },
  },
  runAlone: async ({ env, signal }, [email], options) => {
    if (email === undefined) throw new UsageError('Say which e-mail address.')
    const database = databaseOf(env)
    const { password, drawn } = await passwordOf(options, database.password, signal)
    const name = textOf(options, 'name') ?? 'Admin'
    const made = await createAdmin({ databaseUrl: database.url, email, name, password }).catch((error: unknown) => {
      throw explained(error)
    })
    const shown = drawn ? { password } : {}
    const rows: [string, unknown][] = [
      ['Id', made.id],
      ['E-mail', made.email],
      ...(drawn ? [['Password', password] as [string, unknown]] : []),
    ]
    const says = made.promoted
      ? 'The account is an admin now; it counts from the next sign-in or refresh.'
      : 'The admin can sign in now.'
    return { data: { ...made, ...shown }, text: `${says}\n${facts(rows)}` }
  },
}
