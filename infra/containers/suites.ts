// Runs suites with SQL, Kafka, Redis and Elasticsearch on engines in containers, which testcontainers starts from the same images.
import { runProgram } from '../checks.ts'
import type { DockerEngine } from './docker-engine.ts'
import { type Report, secondsSince } from './report.ts'

const suites = ['packages/db/', 'packages/messaging/', 'services/cart/', 'services/catalog/src/integrations/']

/** The environment without the addresses of running engines, so that containers serve them. */
const environment = (engine: DockerEngine): Record<string, string | undefined> => ({
  ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEST_'))),
  ...engine.env,
  TEST_ENGINES: 'mysql,redis,kafka,elasticsearch',
  TEST_IN_CONTAINERS: 'true',
})

export const runSuites = async (engine: DockerEngine, { print, record }: Report): Promise<void> => {
  print(`suites of ${suites.join(', ')} on engines in containers`)
  const started = performance.now()
  const args = ['run', '--project', 'int', '--project', 'kafka', ...suites]
  const exitCode = await runProgram('vitest', args, environment(engine))
  record('the suites pass on engines that testcontainers serves', exitCode === 0, `${secondsSince(started)} s`)
}
