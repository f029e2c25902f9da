// Starts Prometheus from PATH or Debian's package as a local process with a given configuration file: loopback only.
import { resolve } from 'node:path'
import { prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import { canInstall, disableService, installProgram } from './debian.ts'
import { type Engine, EngineError, type Log, type StartOptions } from './engine.ts'
import { defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { findProgram } from './tools.ts'
import { probePrometheus } from './wire.ts'

interface PrometheusOptions extends StartOptions {
  /** Path of the configuration. Paths in it are relative to its folder. */
  configFile: string
}

const findInPackage = async (program: string, log: Log): Promise<string> => {
  const present = findProgram(program)
  if (present) return present
  if (!canInstall()) throw new EngineError(`${program} is missing: install Prometheus 2.42 or newer, so that it is on PATH.`)
  const installed = await installProgram(program, ['prometheus'], log)
  await disableService('prometheus')
  return installed
}

export const findPrometheus = (log: Log): Promise<string> => findInPackage('prometheus', log)

/** The path of promtool, which checks and tests rules. @throws EngineError */
export const findPromtool = (log: Log = () => undefined): Promise<string> => findInPackage('promtool', log)

/** Starts Prometheus on its folder. `POST /-/reload` reads its configuration again. @throws EngineError */
export const startPrometheus = async (options: PrometheusOptions): Promise<Engine> => {
  const program = await findPrometheus(options.log ?? (() => undefined))
  const directory = await prepareDataDirectory('prometheus', defaultPorts.prometheus, options)
  return releaseOnFailure(directory, async () =>
    superviseEngine({
      ...directory,
      title: 'Prometheus',
      url: `http://127.0.0.1:${directory.port}`,
      command: {
        program,
        args: [
          `--config.file=${resolve(options.configFile)}`,
          `--storage.tsdb.path=${directory.path('data')}`,
          '--storage.tsdb.retention.time=15d',
          `--web.listen-address=127.0.0.1:${directory.port}`,
          '--web.enable-lifecycle',
        ],
      },
      probe: () => probePrometheus(directory.port),
    }),
  )
}
