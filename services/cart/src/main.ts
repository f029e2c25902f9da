// Runs cart as a process of its own.
import { run } from '@cartwright/service-kit'
import { cartService } from './service.ts'

await run(cartService)
