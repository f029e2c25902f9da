// Runs order as a process of its own.
import { run } from '@cartwright/service-kit'
import { orderService } from './service.ts'

await run(orderService)
