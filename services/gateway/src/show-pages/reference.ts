// The API reference at /docs: the OpenAPI document in a reader whose files are all served from here.
import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'

/** The reader styles elements one by one; nothing may come from another origin. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; frame-ancestors 'none'"

/** Our colours, and without what is about somebody else. */
const look = `
body { background: #f4f1ea }
.swagger-ui .topbar, .swagger-ui .info hgroup.main > a, .swagger-ui .info__license, .swagger-ui .scheme-container .servers-title, .swagger-ui .scheme-container .servers { display: none }
.swagger-ui .wrapper { max-width: 1080px }
.swagger-ui .info { margin: 40px 0 20px } .swagger-ui .info .title { color: #1d2530 }
.swagger-ui .info .title small.version-stamp { background: #14655a } .swagger-ui .info .title small { background: #8b8f98 }
.swagger-ui .info code, .swagger-ui .markdown code, .swagger-ui .renderedMarkdown code { color: #14655a; background: #ece7dc; font-weight: 500 }
.swagger-ui .scheme-container { background: transparent; box-shadow: none; padding: 0 0 12px } .swagger-ui .schemes { align-items: center }
.swagger-ui .filter .operation-filter-input { margin: 0 0 12px; border: 1px solid #d8d1c2; border-radius: 9px }
.swagger-ui .opblock-tag { text-transform: capitalize; border-bottom-color: #ddd6c8; font-size: 1.25rem } .swagger-ui .opblock-tag small { text-transform: none }
.swagger-ui .opblock { border-radius: 9px; box-shadow: none } .swagger-ui .opblock .opblock-summary-method { border-radius: 6px }
.swagger-ui .btn.authorize { color: #14655a; border-color: #14655a } .swagger-ui .btn.authorize svg { fill: #14655a } .swagger-ui .btn.execute { background: #14655a; border-color: #14655a }
.swagger-ui .auth-container input[type="text"] { min-width: 100%; font-family: ui-monospace, monospace }
`

/** @param json the OpenAPI document */
export const mountReference = async (app: FastifyInstance, json: string): Promise<void> => {
  // Calls that are tried out go to where the page came from, whatever name that has: another origin is not allowed to it.
  await app.register(swagger, { mode: 'static', specification: { document: { ...JSON.parse(json), servers: [{ url: '/' }] } } })
  await app.register(swaggerUi, {
    routePrefix: '/docs',
    staticCSP: policy,
    theme: { title: 'Cartwright API', css: [{ filename: 'look.css', content: look }] },
    uiConfig: {
      docExpansion: 'list',
      filter: true,
      persistAuthorization: true,
      defaultModelsExpandDepth: -1,
      defaultModelRendering: 'example',
      tryItOutEnabled: true,
      displayRequestDuration: true,
      displayOperationId: false,
    },
  })
}
