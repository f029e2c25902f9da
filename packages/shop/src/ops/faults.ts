// Command `fault`: injects a fault into a running development shop, to exercise alerts and runbooks.
import { serviceNames } from '@cartwright/contracts'
import { ProgramError } from '@cartwright/service-kit'
import { type Command, type Outcome, textOf, UsageError } from './command.ts'
import type { RunningShopFile } from './discovery.ts'

interface Fault {
  /** What the value means, and its effect. */
  about: string
  accepts: RegExp
  /** The request that sets it. */
  request(running: RunningShopFile, value: string, service: string): { url: string; body?: object }
  /** The service that it concerns when none is named; absent for faults of stand-ins. */
  service?: string
}

const atService = (name: string) => (running: RunningShopFile, value: string, service: string) => {
  const metrics = running.services[service]?.metrics
  if (metrics === undefined) throw new UsageError(`${service} is not one of ${serviceNames.join(', ')}.`)
  return { url: new URL(`/faults/${name}/${value}`, metrics).href }
}

const present = (address: string | undefined, what: string): string => {
  if (address === undefined) throw new ProgramError(`This shop does not use ${what}, so it cannot fail on purpose.`)
  return address
}

const percent = /^(\d{1,2}|100)$/
const milliseconds = /^\d{1,6}$/

const faults: Readonly<Record<string, Fault>> = {
  'payment-failures': {
    about: 'percent of the payments that the Stripe sandbox declines',
    accepts: percent,
    request: ({ stripeSandbox }, value) => ({
      url: `${present(stripeSandbox, 'the Stripe sandbox')}/_sandbox/declines`,
      body: { percent: Number(value) },
    }),
  },
  'failing-mails': {
    about: 'on, refused or off: the mailbox refuses connections, or each mail for good',
    accepts: /^(on|refused|off)$/,
    request: ({ mailbox }, value) => ({ url: `${present(mailbox, 'the mailbox')}/faults/failing-mails/${value}` }),
  },
  'slow-events': {
    about: 'milliseconds that each event waits before its handler; catalog when no --service is named, so reservations are slow',
    accepts: milliseconds,
    service: 'catalog',
    request: atService('slow-events'),
  },
  'slow-database': {
    about: 'milliseconds that each transaction holds its connection; order when no --service is named',
    accepts: milliseconds,
    service: 'order',
    request: atService('slow-database'),
  },
  'failing-requests': {
    about: 'percent of the requests that are answered with an error; catalog when no --service is named',
    accepts: percent,
    service: 'catalog',
    request: atService('failing-requests'),
  },
  'poison-event': {
    about: 'an event type, such as order.confirmed: one event that its consumers cannot read',
    accepts: /^[a-z]+\.[a-z-]+$/,
    service: 'order',
    request: atService('poison-event'),
  },
}

const listOfFaults = Object.entries(faults)
  .map(([name, { about }]) => `  ${name}: ${about}`)
  .join('\n')

const faultNamed = (name = ''): Fault => {
  const found = Object.hasOwn(faults, name) ? faults[name] : undefined
  if (found === undefined) throw new UsageError(`${name || 'Nothing'} is not a fault. Choose one of:\n${listOfFaults}`)
  return found
}

const send = async ({ url, body }: { url: string; body?: object }): Promise<void> => {
  const json = body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
  const response = await fetch(url, { method: 'POST', ...json, signal: AbortSignal.timeout(10_000) })
  if (response.status === 404)
    throw new ProgramError('This shop takes no faults: start it for development with FAULT_FLAGS=true.')
  if (!response.ok) throw new ProgramError(`The fault could not be set: ${response.status} ${await response.text()}`)
}

/** Sets a fault of the shop. @throws UsageError, ProgramError */
export const setFault = async (running: RunningShopFile, name: string, value: string, service?: string): Promise<Outcome> => {
  const fault = faultNamed(name)
  if (!fault.accepts.test(value)) throw new UsageError(`${name} takes ${fault.about}.`)
  const concerned = service ?? fault.service ?? ''
  await send(fault.request(running, value, concerned))
  return { data: { name, value, service: concerned || null }, text: `${name} is ${value}${concerned ? ` in ${concerned}` : ''}.` }
}

export const faultCommand: Command = {
  name: 'fault',
  takes: '<name> <value>',
  about: 'Inject a fault into a development shop; 0 or off ends it',
  options: { service: { type: 'string', about: 'the service that is to fail' } },
  run: async ({ shop: { running } }, [name = '', value = ''], options) => {
    if (running === null) throw new ProgramError('Run this command on the machine of the shop.')
    return setFault(running, name, value, textOf(options, 'service'))
  },
}
