// Starts Jaeger as a local process: OTLP over HTTP, API and page on loopback, traces kept on disk for three days.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cacheRoot, provision } from './cache.ts'
import { type DataDirectory, prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import { type Engine, EngineError, type Log, type StartOptions } from './engine.ts'
import { addGoModule, buildGoProgram } from './go-build.ts'
import { claimPort, defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { findProgram } from './tools.ts'
import { probeJaeger } from './wire.ts'

const version = '1.76.0'
const folderName = `jaeger-${version}`
const goModule = 'github.com/jaegertracing/jaeger/cmd/jaeger'

/** The path of Jaeger on PATH, else of the one that `buildJaeger` made; null when there is none. */
export const findJaeger = (): string | null => {
  const built = join(cacheRoot(), folderName, 'jaeger')
  return findProgram('jaeger') ?? (existsSync(built) ? built : null)
}

/** Builds Jaeger into the cache. It takes about 12 minutes of processor time. @throws EngineError */
export const buildJaeger = async (log: Log): Promise<string> => {
  const folder = await provision({
    name: folderName,
    what: 'Jaeger',
    log,
    fill: async (cwd) => {
      writeFileSync(join(cwd, 'go.mod'), 'module cartwright.local/jaeger\n\ngo 1.24\n')
      log(`downloading the Go modules of Jaeger ${version}`)
      await addGoModule('jaeger', cwd, `${goModule}@v${version}`)
      log('building Jaeger: this takes about 12 minutes of processor time')
      await buildGoProgram('jaeger', cwd, goModule, log)
    },
  })
  return join(folder, 'jaeger')
}

const storage = 'traces'

/** JSON is YAML. */
const settings = (directory: DataDirectory, ports: { otlp: number; grpc: number }): string =>
  JSON.stringify(
    {
      service: {
        extensions: ['jaeger_storage', 'jaeger_query'],
        pipelines: { traces: { receivers: ['otlp'], processors: ['batch'], exporters: ['jaeger_storage_exporter'] } },
        telemetry: { metrics: { level: 'none' }, logs: { level: 'warn' } },
      },
      extensions: {
        jaeger_query: {
          storage: { traces: storage },
          http: { endpoint: `127.0.0.1:${directory.port}` },
          grpc: { endpoint: `127.0.0.1:${ports.grpc}` },
        },
        jaeger_storage: {
          backends: {
            [storage]: {
              badger: {
                ephemeral: false,
                directories: { keys: directory.path('data', 'keys'), values: directory.path('data', 'values') },
                ttl: { spans: '72h' },
              },
            },
          },
        },
      },
      receivers: { otlp: { protocols: { http: { endpoint: `127.0.0.1:${ports.otlp}` } } } },
      // A trace is complete for its reader half a second after its last span.
      processors: { batch: { timeout: '500ms' } },
      exporters: { jaeger_storage_exporter: { trace_storage: storage } },
    },
    null,
    2,
  )

export interface Jaeger extends Engine {
  /** Address for `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  otlpUrl: string
}

/** Starts Jaeger on its folder. @throws EngineError when there is no program or it does not start */
export const startJaeger = async (options: StartOptions): Promise<Jaeger> => {
  const program = findJaeger()
  if (program === null)
    throw new EngineError(
      'Jaeger is missing: `npm run build:jaeger` builds it (needs Go 1.24), or put a program called jaeger on PATH.',
    )
  const directory = await prepareDataDirectory('jaeger', defaultPorts.jaeger, options)
  return releaseOnFailure(directory, async () => {
    const otlp = await claimPort(defaultPorts.jaegerOtlp)
    const grpc = await claimPort(defaultPorts.jaegerGrpc)
    for (const name of ['keys', 'values']) mkdirSync(directory.path('data', name), { recursive: true })
    const configFile = directory.path('jaeger.yml')
    writeFileSync(configFile, settings(directory, { otlp: otlp.port, grpc: grpc.port }))
    const engine = await superviseEngine({
      ...directory,
      title: 'Jaeger',
      url: `http://127.0.0.1:${directory.port}`,
      command: { program, args: ['--config', configFile] },
      probe: () => probeJaeger(directory.port, version),
      release: () => {
        otlp.release()
        grpc.release()
        directory.release()
      },
    })
    return Object.assign(engine, { otlpUrl: `http://127.0.0.1:${otlp.port}` })
  })
}
