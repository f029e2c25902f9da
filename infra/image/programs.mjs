// Programs of the image by name: every service, and the commands of the shop. No dependencies, so that a health check is cheap.
import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = new URL('../../', import.meta.url)

/** Commands beside the services. */
const commands = {
  migrate: 'packages/shop/src/migrate.ts',
  'migrate-and-seed': 'packages/shop/src/containers/migrate-and-seed.ts',
  sandbox: 'packages/shop/src/containers/sandbox.ts',
  mailbox: 'packages/shop/src/containers/mailbox.ts',
  ops: 'packages/shop/src/ops/main.ts',
}

/** @returns the file to run for each name */
export const listPrograms = () => {
  const services = readdirSync(fileURLToPath(new URL('services/', root))).map((name) => [name, `services/${name}/src/main.ts`])
  return new Map([...services, ...Object.entries(commands)].map(([name, file]) => [name, new URL(file, root)]))
}
