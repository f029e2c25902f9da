// Runs catalog as a process of its own.
import { run } from '@cartwright/service-kit'
import { catalogService } from './service.ts'

await run(catalogService)
