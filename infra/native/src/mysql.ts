// Starts MariaDB or MySQL as a local process on its own data directory. MariaDB is the default.
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { type DataDirectory, prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import type { Engine, Log, StartOptions } from './engine.ts'
import { findMariadb } from './mariadb.ts'
import type { MysqlProgram } from './mysql-program.ts'
import { findMysql } from './mysql-server.ts'
import { defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { isRoot } from './tools.ts'
import { probeMysql } from './wire.ts'

export interface MysqlOptions extends StartOptions {
  /** `mariadb` by default. */
  engine?: 'mariadb' | 'mysql'
  /** False in tests: a COMMIT is answered before it is on disk. True by default. */
  durable?: boolean
  /** Further arguments of the server. */
  args?: readonly string[]
}

const programs = { mariadb: findMariadb, mysql: findMysql } as const satisfies Record<string, (log: Log) => Promise<MysqlProgram>>

/** Both servers refuse to run as root without this argument. They listen on the loopback interface only. */
const userArgs = (): readonly string[] => (isRoot() ? ['--user=root'] : [])

const rootPassword = (directory: DataDirectory): string => {
  const file = directory.path('root-password')
  if (!existsSync(file)) writeFileSync(file, randomBytes(18).toString('hex'), { mode: 0o600 })
  return readFileSync(file, 'utf8')
}

/** Runs at every start, because the first start may have been interrupted before the account existed. */
const accountSql = (password: string): string =>
  ['localhost', '127.0.0.1']
    .flatMap((host) => [
      `CREATE USER IF NOT EXISTS 'root'@'${host}' IDENTIFIED BY '${password}';`,
      `ALTER USER 'root'@'${host}' IDENTIFIED BY '${password}';`,
      `GRANT ALL PRIVILEGES ON *.* TO 'root'@'${host}' WITH GRANT OPTION;`,
    ])
    .join('\n')

const initialize = async (server: MysqlProgram, directory: DataDirectory): Promise<void> => {
  if (existsSync(directory.path('data'))) return
  directory.log(`creating a data directory for ${server.title}`)
  const unfinished = directory.path('data.new')
  rmSync(unfinished, { recursive: true, force: true })
  await server.initialize(unfinished, userArgs())
  renameSync(unfinished, directory.path('data'))
}

const commonArgs = (directory: DataDirectory): readonly string[] => [
  ...userArgs(),
  `--datadir=${directory.path('data')}`,
  `--tmpdir=${directory.path('tmp')}`,
  `--port=${directory.port}`,
  '--bind-address=127.0.0.1',
  // Relative to the data folder: an absolute path may be too long for a socket.
  '--socket=server.sock',
  `--pid-file=${directory.path('server.pid')}`,
  `--init-file=${directory.path('accounts.sql')}`,
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
  const directory = await prepareDataDirectory(kind, defaultPorts[kind], options)
  return releaseOnFailure(directory, async () => {
    await initialize(server, directory)
    mkdirSync(directory.path('tmp'), { recursive: true })
    const password = rootPassword(directory)
    writeFileSync(directory.path('accounts.sql'), accountSql(password), { mode: 0o600 })
    return superviseEngine({
      ...directory,
      title: server.title,
      url: `mysql://root:${password}@127.0.0.1:${directory.port}/`,
      command: {
        program: server.program,
        args: [...server.base, ...commonArgs(directory), ...server.settings(options.durable ?? true), ...(options.args ?? [])],
        ...(server.env ? { env: server.env } : {}),
      },
      probe: () => probeMysql(directory.port),
    })
  })
}
