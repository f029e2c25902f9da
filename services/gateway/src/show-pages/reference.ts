// The API reference at /docs: the OpenAPI document in a reader whose files are all served from here.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** The reader styles elements one by one; nothing may come from another origin. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

/** @param json the OpenAPI document */
export const mountReference = async (app: FastifyInstance, json: string): Promise<void> => {
  await app.register(swagger, { mode: 'static', specification: { document: JSON.parse(json) } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy,
    theme: { title: 'Cartwright API' },
    uiConfig: {
      docExpansion: 'none',
      filter: true,
      persistAuthorization: true,
      defaultModelsExpandDepth: 0,
      tryItOutEnabled: true,
      displayRequestDuration: true,
    },
  })
}
