// Runs identity as a separate process.
import { run } from '@cartwright/service-kit'
import { identityService } from './service.ts'

await run(identityService)
