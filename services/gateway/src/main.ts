// Runs the gateway as a process of its own.
import { run } from '@cartwright/service-kit'
import { gatewayService } from './index.ts'

await run(gatewayService)
