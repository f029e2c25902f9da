// Runs the tiny service as a process of its own, for tests that kill it.
import { run } from './run.ts'
import { makeTiny } from './tiny-service.fixture.ts'

await run(makeTiny())
