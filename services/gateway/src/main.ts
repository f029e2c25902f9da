// Runs the gateway as a separate process.
import { run } from '@cartwright/service-kit'
import { gatewayService } from './index.ts'

await run(gatewayService)
