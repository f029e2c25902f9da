// Reads docker-compose.yml and .env.example for the checks.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { root } from '../checks.ts'

export interface ComposeService {
  image: string
  command?: readonly string[]
  profiles?: readonly string[]
  ports?: readonly string[]
  networks?: readonly string[]
  environment?: Readonly<Record<string, string>>
  depends_on?: Readonly<Record<string, { condition: string }>>
  healthcheck?: Readonly<Record<string, unknown>>
  mem_limit?: string
  restart?: string
  read_only?: boolean
  logging?: { driver: string }
  user?: string
  volumes?: readonly string[]
  cap_drop?: readonly string[]
  security_opt?: readonly string[]
  stop_grace_period?: string
}

interface ComposeFile {
  services: Readonly<Record<string, ComposeService>>
  networks: Readonly<Record<string, { internal?: boolean; driver_opts?: Readonly<Record<string, string>> }>>
  volumes: Readonly<Record<string, unknown>>
}

export const readRoot = (path: string): string => readFileSync(join(root, path), 'utf8')

export const readCompose = (): ComposeFile => parse(readRoot('docker-compose.yml'), { merge: true }) as ComposeFile

/** Services that run without a profile. */
export const liteServices = ({ services }: ComposeFile): [string, ComposeService][] =>
  Object.entries(services).filter(([, { profiles }]) => profiles === undefined)

/** Tags the defaults of variables in a text: `${NAME:-value}` becomes `value`. */
export const withDefaults = (text: string): string => {
  const replaced = text.replace(/\$\{\w+:?-([^${}]*)\}/g, '$1')
  return replaced === text ? text : withDefaults(replaced)
}

/** Variables without which Compose does not start: `${NAME:?…}`. */
export const requiredVariables = (): string[] => [
  ...new Set([...readRoot('docker-compose.yml').matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name)),
]
