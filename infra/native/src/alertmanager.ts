// Starts Alertmanager from PATH or Debian's package as a local process with a given configuration file: one instance, loopback only.
import { resolve } from 'node:path'
import { prepareDataDirectory, releaseOnFailure } from './data-directory.ts'
import { canInstall, disableService, installProgram } from './debian.ts'
import { type Engine, EngineError, type Log, type StartOptions } from './engine.ts'
import { defaultPorts } from './port.ts'
import { superviseEngine } from './process.ts'
import { findProgram } from './tools.ts'
import { probeAlertmanager } from './wire.ts'

interface AlertmanagerOptions extends StartOptions {
  /** Path of the configuration. Paths in it are relative to its folder. */
  configFile: string
}

const packageName = 'prometheus-alertmanager'

/** Debian renames the program `alertmanager` after its package. */
const findInPackage = async (debianName: string, upstreamName: string, log: Log): Promise<string> => {
  const present = findProgram(debianName) ?? findProgram(upstreamName)
  if (present) return present
  if (!canInstall())
    throw new EngineError(`${upstreamName} is missing: install Alertmanager 0.25 or newer, so that it is on PATH.`)
  const installed = await installProgram(debianName, [packageName], log)
  await disableService(packageName)
  return installed
}

export const findAlertmanager = (log: Log): Promise<string> => findInPackage(packageName, 'alertmanager', log)

/** The path of amtool, which checks configurations. @throws EngineError */
export const findAmtool = (log: Log = () => undefined): Promise<string> => findInPackage('amtool', 'amtool', log)

/** Starts Alertmanager on its folder. `POST /-/reload` reads its configuration again. @throws EngineError */
export const startAlertmanager = async (options: AlertmanagerOptions): Promise<Engine> => {
  const program = await findAlertmanager(options.log ?? (() => undefined))
  const directory = await prepareDataDirectory('alertmanager', defaultPorts.alertmanager, options)
  return releaseOnFailure(directory, async () =>
    superviseEngine({
      ...directory,
      title: 'Alertmanager',
      url: `http://127.0.0.1:${directory.port}`,
      command: {
        program,
        args: [
          `--config.file=${resolve(options.configFile)}`,
          `--storage.path=${directory.path('data')}`,
          `--web.listen-address=127.0.0.1:${directory.port}`,
          // An empty address turns the gossip with other instances off.
          '--cluster.listen-address=',
        ],
      },
      probe: () => probeAlertmanager(directory.port),
    }),
  )
}
