// Scalar's API reference: renders the page, its Content-Security-Policy, and the script that reads the OpenAPI document.
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyApiReferenceOptions } from '@scalar/fastify-api-reference'
import Fastify from 'fastify'
import { etagOf } from '../domain/etag.ts'

export interface Reference {
  html: string
  /** Content-Security-Policy: scripts by hash or from the gateway, requests to the gateway only. */
  policy: string
  script: { gzipped: Buffer; etag: string }
}

interface ReferenceAddresses {
  /** Where the gateway serves the script. */
  script: string
  /** Where the gateway serves the OpenAPI document. */
  document: string
}

type Configuration = NonNullable<FastifyApiReferenceOptions['configuration']>

const configurationOf = ({ script, document }: ReferenceAddresses): Configuration => ({
  url: document,
  cdn: script,
  pageTitle: 'Cartwright API',
  // The page sends calls to its own origin: its policy allows no other.
  servers: [{ url: '/', description: 'This gateway' }],
  defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
  documentDownloadType: 'json',
  persistAuth: true,
  // These options would load from hosts of Scalar or send data to them.
  withDefaultFonts: false,
  telemetry: false,
  agent: { disabled: true },
  mcp: { disabled: true },
  hideClientButton: true,
  showDeveloperTools: 'never',
})

const policyOf = (html: string): string => {
  const inline = [...html.matchAll(/<script type="text\/javascript">([\s\S]*?)<\/script>/g)].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
  return [
    "default-src 'none'",
    `script-src 'self' ${inline.join(' ')}`,
    // Scalar's script writes style elements and attributes while it runs.
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')
}

/**
 * Renders the reference with Scalar's Fastify plugin. The plugin is imported on first use: its module holds a script of five
 * megabytes, which would cost 0.2 s and 35 MB at start.
 */
export const renderReference = async (addresses: ReferenceAddresses): Promise<Reference> => {
  const { default: scalar } = await import('@scalar/fastify-api-reference')
  const app = Fastify()
  await app.register(scalar, { routePrefix: '/docs', configuration: configurationOf(addresses) })
  const [page, script] = await Promise.all([app.inject('/docs/'), app.inject('/docs/js/scalar.js')])
  await app.close()
  return {
    html: page.body,
    policy: policyOf(page.body),
    script: { gzipped: await promisify(gzip)(script.rawPayload), etag: etagOf(script.rawPayload) },
  }
}
