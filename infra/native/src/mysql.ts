// A MySQL-compatible server on a folder of its own: MariaDB as a bare machine gives it, or MySQL itself when asked for.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import type { Engine, Log, StartOptions } from './engine.ts'
import { findMariadb } from './mariadb.ts'
import { findMysql } from './mysql-server.ts'
import { orRelease, type Place, preparePlace } from './place.ts'
import { usualPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { isRoot } from './tools.ts'
import { askMysql } from './wire.ts'

export interface MysqlOptions extends StartOptions {
  /** `mariadb` unless MySQL itself is asked for. */
  engine?: 'mariadb' | 'mysql'
  /** False for tests: a commit is not on disk when it is answered. True unless said. */
  durable?: boolean
}

/** One server program with what it needs to make a data folder and to run on it. */
export interface MysqlProgram {
  title: string
  program: string
  /** Arguments before all others: where its files are. */
  base: readonly string[]
  env?: Record<string, string>
  /** Makes a data folder where root has no password yet. */
  initialize(dataDir: string, user: readonly string[]): Promise<void>
  settings(durable: boolean): readonly string[]
}

const programs = { mariadb: findMariadb, mysql: findMysql } as const satisfies Record<string, (log: Log) => Promise<MysqlProgram>>

/** Both servers refuse to run as root unless told so. They listen on the loopback interface only. */
const asUser = (): readonly string[] => (isRoot() ? ['--user=root'] : [])

const rootPassword = (place: Place): string => {
  const file = place.path('root-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('hex'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

/** Runs at every start, so that a folder whose first start was cut short gets its account all the same. */
const accountSql = (password: string): string =>
  ['localhost', '127.0.0.1']
    .flatMap((host) => [
      `CREATE USER IF NOT EXISTS 'root'@'${host}' IDENTIFIED BY '${password}';`,
      `ALTER USER 'root'@'${host}' IDENTIFIED BY '${password}';`,
      `GRANT ALL PRIVILEGES ON *.* TO 'root'@'${host}' WITH GRANT OPTION;`,
    ])
    .join('\n')

const initialize = async (server: MysqlProgram, place: Place): Promise<void> => {
  if (existsSync(place.path('data'))) return
  place.log(`preparing a data folder for ${server.title}`)
  const unfinished = place.path('data.new')
  rmSync(unfinished, { recursive: true, force: true })
  await server.initialize(unfinished, asUser())
  renameSync(unfinished, place.path('data'))
}

const shared = (place: Place): readonly string[] => [
  ...asUser(),
  `--datadir=${place.path('data')}`,
  `--tmpdir=${place.path('tmp')}`,
  `--port=${place.port}`,
  '--bind-address=127.0.0.1',
  // Below the data folder, where no path is too long for a socket.
  '--socket=server.sock',
  `--pid-file=${place.path('server.pid')}`,
  `--init-file=${place.path('accounts.sql')}`,
  '--skip-name-resolve',
  '--performance-schema=OFF',
  '--max-connections=500',
  '--local-infile=OFF',
  '--skip-log-bin',
  '--character-set-server=utf8mb4',
  '--collation-server=utf8mb4_unicode_ci',
]

/** Starts the server on its folder. @throws EngineError */
export const startMysql = async (options: MysqlOptions): Promise<Engine> => {
  const kind = options.engine ?? 'mariadb'
  const server = await programs[kind](options.log ?? (() => undefined))
  const place = await preparePlace(kind, usualPorts[kind], options)
  return orRelease(place, async () => {
    await initialize(server, place)
    mkdirSync(place.path('tmp'), { recursive: true })
    const password = rootPassword(place)
    writeFileSync(place.path('accounts.sql'), accountSql(password), { mode: 0o600 })
    return superviseEngine({
      ...place,
      title: server.title,
      url: `mysql://root:${password}@127.0.0.1:${place.port}/`,
      command: {
        program: server.program,
        args: [...server.base, ...shared(place), ...server.settings(options.durable ?? true)],
        ...(server.env ? { env: server.env } : {}),
      },
      probe: () => askMysql(place.port),
    })
  })
}
