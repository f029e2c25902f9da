// Baseline server of the benchmark: Fastify with one route.
import Fastify from 'fastify'

const app = Fastify()
app.get('/', async () => ({ ok: true }))
const url = await app.listen({ host: '127.0.0.1', port: 0 })
process.send?.({ url })
