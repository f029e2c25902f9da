// Runs order as its own process.
import { run } from '@cartwright/service-kit'
import { orderService } from './service.ts'

await run(orderService)
