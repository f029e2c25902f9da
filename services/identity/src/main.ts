// Runs identity as a process of its own.
import { run } from '@cartwright/service-kit'
import { identityService } from './service.ts'

await run(identityService)
