// Runs payment as a process of its own.
import { run } from '@cartwright/service-kit'
import { paymentService } from './service.ts'

await run(paymentService)
