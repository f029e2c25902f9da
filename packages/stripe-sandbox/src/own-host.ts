// Host check of development tools: refuses requests of foreign pages whose name resolves to this machine (DNS rebinding).
import type { FastifyInstance } from 'fastify'

/** The name in a Host header, in lower case, without port and final dot; null when it is malformed. */
const nameIn = (host: string | undefined): string | null => {
  const name = /^(\[[0-9a-f:.]+\]|[^\s:/@\\[\]]+)(?::\d{1,5})?$/i.exec(host ?? '')?.[1]
  return name === undefined ? null : name.toLowerCase().replace(/\.$/, '')
}

const isLoopback = (name: string): boolean =>
  name === 'localhost' || name.endsWith('.localhost') || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name)

/** @param hosts names that are accepted besides loopback @returns whether a Host header names this tool */
export const isOwnHost = (host: string | undefined, hosts: readonly string[]): boolean => {
  const name = nameIn(host)
  return name !== null && (isLoopback(name) || hosts.some((own) => nameIn(own) === name))
}

/** Refuses requests for another host with 421, before any other hook. */
export const refuseForeignHosts = (app: FastifyInstance, hosts: readonly string[]): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (isOwnHost(request.headers.host, hosts)) return
    return reply
      .code(421)
      .type('text/plain; charset=utf-8')
      .send('This development tool answers to its own host name only: localhost, or one named in DEVELOPMENT_TOOL_HOSTS.\n')
  })
}
