// Discovery of the shop that an operator addresses, and whether it is a development shop, whose password is public.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { environmentVariable, ProgramError, secret, text } from '@cartwright/service-kit'
import type { Credentials } from './admin-api.ts'

/** What `npm run ops` reads from the environment. */
export const opsSpec = {
  dataDir: text('SHOP_DATA_DIR', 'Where the shop keeps its data and says where it runs; `.data` when left out', null),
  password: secret(text('OPS_PASSWORD', 'The admin’s password; a shop for development has one that stands in the README', null)),
  environment: environmentVariable,
}

const defaultDataDir = fileURLToPath(new URL('../../../../.data', import.meta.url))
const developmentAdmin = { email: 'admin@example.com', password: 'cartwright-demo' } as const

/** The part of `running.json` that matters here. */
export interface RunningShopFile {
  gateway: string
  mailbox?: string
  stripeSandbox?: string
  services: Readonly<Record<string, { http: string; metrics: string }>>
  /** Address that searches the log lines. */
  logs?: string
  /** Address of a trace, to which its id is appended. */
  traces?: string
  /** Root address of the database server. */
  mysql?: string
}

export interface DiscoveredShop {
  credentials: Credentials
  /** Absent for a shop elsewhere. */
  running: RunningShopFile | null
}

const readRunning = (dataDir: string): RunningShopFile | null => {
  try {
    return JSON.parse(readFileSync(join(dataDir, 'running.json'), 'utf8')) as RunningShopFile
  } catch {
    // Absent: no shop runs on this folder.
    return null
  }
}

/** The data folder: the given one, else `.data` beside the README. */
export const dataFolderOf = (dataDir: string | null): string => dataDir ?? defaultDataDir

/** The database server of the shop that runs on a data folder. */
export const runningDatabase = (dataDir: string | null): string | null => readRunning(dataFolderOf(dataDir))?.mysql ?? null

const plainUrl = (url: string): string => url.replace(/\/+$/, '')

interface DiscoveryOptions {
  url: string | undefined
  email: string | undefined
  password: string | null
  dataDir: string | null
  environment: string
}

/** @throws ProgramError when no shop runs here and none is named, or no password is given for one that is not for development */
export const findShop = ({ url, email, password, dataDir, environment }: DiscoveryOptions): DiscoveredShop => {
  const here = readRunning(dataFolderOf(dataDir))
  const named = url === undefined ? undefined : plainUrl(url)
  const running = here !== null && (named === undefined || named === plainUrl(here.gateway)) ? here : null
  const gateway = named ?? here?.gateway
  if (gateway === undefined)
    throw new ProgramError(
      'No shop runs on this machine: start one with `npm start`, or pass the address of a gateway with --url.',
    )
  const isForDevelopment =
    environment !== 'production' && running !== null && (running.mailbox !== undefined || running.stripeSandbox !== undefined)
  const known = password ?? (isForDevelopment ? developmentAdmin.password : null)
  if (known === null)
    throw new ProgramError('Set OPS_PASSWORD to the admin’s password: no development shop runs on this machine.')
  return { running, credentials: { url: plainUrl(gateway), email: email ?? developmentAdmin.email, password: known } }
}
