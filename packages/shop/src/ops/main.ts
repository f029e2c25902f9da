// `npm run ops`: the operator's tool. It signs in as an admin and calls the admin API; `doctor` also reads the services of a local shop.
import { type ProgramContext, ProgramError, program, readConfig } from '@cartwright/service-kit'
import { type AdminApi, openAdminApi } from './admin-api.ts'
import { type Outcome, textOf } from './command.ts'
import { type Asked, readCommandLine } from './command-line.ts'
import { findShop, opsSpec } from './discovery.ts'

const perform = async ({ command, args, options }: Asked, { env, signal }: ProgramContext): Promise<Outcome> => {
  if ('runAlone' in command) return command.runAlone({ env, signal }, args, options)
  const { dataDir, password, environment } = readConfig('ops', 'OPS_', opsSpec, env)
  const shop = findShop({ url: textOf(options, 'url'), email: textOf(options, 'email'), password, dataDir, environment })
  await using sessions = new AsyncDisposableStack()
  const open = async (): Promise<AdminApi> => {
    const api = await openAdminApi(shop.credentials)
    // A session that cannot be ended expires, and the command has succeeded already.
    sessions.defer(() => api.close().catch(() => undefined))
    return api
  }
  const opened: Promise<AdminApi>[] = []
  const api = (): Promise<AdminApi> => {
    const [first = open()] = opened
    if (opened.length === 0) opened.push(first)
    return first
  }
  return await command.run({ api, shop, signal }, args, options)
}

await program(async (context) => {
  const asked = readCommandLine(context.args)
  if ('help' in asked) return context.print(asked.help)
  const outcome = await perform(asked, context)
  context.print(asked.options.json === true ? JSON.stringify(outcome.data, null, 2) : outcome.text)
  if (outcome.failed) throw new ProgramError('', { exitCode: 1 })
})
