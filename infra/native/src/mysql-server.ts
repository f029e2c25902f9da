// Downloads MySQL from the unstable suite of the machine's Debian mirror and unpacks it into the cache, without installing it.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { provision } from './cache.ts'
import { EngineError, type Log } from './engine.ts'
import type { MysqlProgram } from './mysql-program.ts'
import { findProgram, run } from './tools.ts'

const alternatives = 'set DATABASE_URL (in tests TEST_MYSQL97_URL) to a running MySQL 9, or use DATABASE_ENGINE=mariadb'
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg'
const minVersion = [9, 7] as const

/** Only scripts of the package need Perl, the server does not. */
const isUnneeded = (name: string): boolean => /^(perl|libperl)/.test(name)

const settings = (durable: boolean): readonly string[] => [
  '--innodb-buffer-pool-size=64M',
  '--innodb-redo-log-capacity=64M',
  '--mysqlx=OFF',
  ...(durable
    ? ['--innodb-flush-log-at-trx-commit=1']
    : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=OFF', '--innodb-flush-method=nosync']),
]

/** The address from which the machine gets Debian's main archive. */
const findMirror = async (): Promise<string | null> => {
  const format = '$(SITE) $(ORIGIN)'
  const lines = (await run('apt-get', ['indextargets', '--format', format, 'Created-By: Packages']))
    .split('\n')
    .map((line) => line.split(' '))
  const archive = lines.filter(([site]) => site !== undefined && /\/debian\/?$/.test(site))
  return (archive.find(([, origin]) => origin === 'Debian') ?? archive[0])?.[0] ?? null
}

/** A private configuration of apt: its own lists and no installed packages, but the machine's proxies and credentials. */
const privateApt = (folder: string, mirror: string): Record<string, string> => {
  for (const name of ['lists/partial', 'archives/partial', 'empty']) mkdirSync(join(folder, name), { recursive: true })
  writeFileSync(join(folder, 'status'), '')
  writeFileSync(join(folder, 'sources.list'), `deb [signed-by=${keyring}] ${mirror} unstable main\n`)
  const quoted = (name: string) => `"${join(folder, name)}"`
  const config = `Dir::State ${quoted('')};
Dir::State::lists ${quoted('lists')};
Dir::State::status ${quoted('status')};
Dir::Cache ${quoted('')};
Dir::Cache::archives ${quoted('archives')};
Dir::Etc::sourcelist ${quoted('sources.list')};
Dir::Etc::sourceparts ${quoted('empty')};
Dir::Etc::preferences ${quoted('none')};
Dir::Etc::preferencesparts ${quoted('empty')};
Acquire::Languages "none";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
APT::Install-Recommends "false";
APT::Sandbox::User "";
`
  writeFileSync(join(folder, 'apt.conf'), config)
  return { APT_CONFIG: join(folder, 'apt.conf') }
}

/** Downloads the server and all its libraries. apt checks them against the signature of the archive. */
const download = async (folder: string, mirror: string): Promise<string[]> => {
  const env = privateApt(folder, mirror)
  await run('apt-get', ['update', '-q'], { env })
  const plan = await run('apt-get', ['install', '--print-uris', '-y', '-q', 'mysql-server-core'], { env })
  const names = [...plan.matchAll(/^'\S+' ([^_\s]+)_\S+ /gm)].map(([, name = '']) => name).filter((name) => !isUnneeded(name))
  const archives = join(folder, 'archives')
  await run('apt-get', ['download', '-q', ...names], { env, cwd: archives })
  return readdirSync(archives)
    .filter((name) => name.endsWith('.deb'))
    .map((name) => join(archives, name))
}

const expectVersion = (packages: readonly string[]): void => {
  const version = packages.map((file) => /mysql-server-core_(?:\d+%3a)?(\d+)\.(\d+)/.exec(file)).find((match) => match !== null)
  const [major, minor] = [Number(version?.[1]), Number(version?.[2])]
  if (major > minVersion[0] || (major === minVersion[0] && minor >= minVersion[1])) return
  throw new EngineError(`Debian's unstable suite offers MySQL ${major}.${minor}, older than 9.7: ${alternatives}.`)
}

const unpack = async (folder: string, packages: readonly string[]): Promise<void> => {
  for (const file of packages) await run('dpkg', ['-x', file, folder])
  for (const name of ['doc', 'man', 'locale', 'lintian', 'bug'])
    rmSync(join(folder, 'usr', 'share', name), { recursive: true, force: true })
}

const fill = async (folder: string, log: Log): Promise<void> => {
  const mirror = findProgram('apt-get') && findProgram('dpkg') && existsSync(keyring) ? await findMirror() : null
  if (mirror === null) throw new EngineError(`MySQL can only be downloaded on Debian: ${alternatives}.`)
  log('downloading MySQL 9.7 with its libraries (50 MB)')
  const apt = join(folder, 'apt')
  mkdirSync(apt)
  const packages = await download(apt, mirror)
  expectVersion(packages)
  await unpack(folder, packages)
  rmSync(apt, { recursive: true })
}

const findLoader = (usr: string): { loader: string; libraries: string } => {
  for (const folder of readdirSync(join(usr, 'lib'))) {
    const libraries = join(usr, 'lib', folder)
    const name = folder.includes('linux-gnu')
      ? readdirSync(libraries).find((file) => /^ld-linux.*\.so\.\d+$/.test(file))
      : undefined
    if (name) return { loader: join(libraries, name), libraries }
  }
  throw new EngineError(`The MySQL in ${usr} has no loader: remove that folder and try again.`)
}

/** @throws EngineError when MySQL cannot be downloaded; the message says what to do */
export const findMysql = async (log: Log): Promise<MysqlProgram> => {
  const home = await provision({ name: 'mysql-9.7', what: 'MySQL', log, fill: (folder) => fill(folder, log) })
  const usr = join(home, 'usr')
  const { loader, libraries } = findLoader(usr)
  const share = join(usr, 'share', 'mysql')
  // The libraries of MySQL are newer than the system's, so the loader that came with them starts the server.
  const base = [
    '--library-path',
    libraries,
    join(usr, 'sbin', 'mysqld'),
    '--no-defaults',
    `--basedir=${usr}`,
    `--lc-messages-dir=${share}`,
    `--character-sets-dir=${join(share, 'charsets')}`,
    `--plugin-dir=${join(usr, 'lib', 'mysql', 'plugin')}`,
    '--secure-file-priv=NULL',
  ]
  return {
    title: 'MySQL',
    program: loader,
    base,
    settings,
    initialize: async (dataDir, user) => {
      await run(loader, [...base, ...user, '--initialize-insecure', `--datadir=${dataDir}`, '--innodb-flush-method=nosync'])
    },
  }
}
