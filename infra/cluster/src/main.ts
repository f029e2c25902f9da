// `npm run check:cluster`: renders the overlays and checks them by rules, schemas and a real API server.
import { serviceNames, services } from '@cartwright/contracts'
import { ProgramError, program } from '@cartwright/service-kit'
import { startApiServer } from './api-server.ts'
import { readDefinitions } from './definitions.ts'
import { dryRunOffences, installDefinitions } from './dry-run.ts'
import { provideApiServer, provideKustomize } from './go-programs.ts'
import { schemaErrors } from './offline-schemas.ts'
import { type Rendered, renderAll } from './render.ts'
import { flowsBetweenPods, offencesIn } from './rules.ts'

const kubernetes = '1.34'

/** Flows between services that the contracts know. */
const expectedFlows = serviceNames
  .flatMap((name) => [...services[name].reads, ...services[name].readsIfUp].map((other) => `${name} -> ${other}`))
  .sort()

const flowOffences = ({ objects }: Rendered): string[] => {
  const isService = (name: string) => (serviceNames as readonly string[]).includes(name)
  const flows = flowsBetweenPods(objects).filter((flow) => flow.split(' -> ').every(isService))
  return [
    ...expectedFlows.filter((flow) => !flows.includes(flow)).map((flow) => `no policy allows ${flow}`),
    ...flows.filter((flow) => !expectedFlows.includes(flow)).map((flow) => `the policies allow ${flow}, which no service needs`),
  ]
}

await program(async ({ print, args }) => {
  const started = performance.now()
  const progress = (line: string) => print(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}`)
  const offences: string[] = []
  const report = (rendered: Rendered, check: string, found: readonly string[]) => {
    progress(`${found.length === 0 ? 'ok    ' : 'FAILED'} ${rendered.name}: ${check}, ${rendered.objects.length} objects`)
    offences.push(...found.map((line) => `${rendered.name}: ${line}`))
  }
  const overlays = await renderAll(await provideKustomize(progress))
  for (const overlay of overlays) {
    report(overlay, 'rules', offencesIn(overlay.objects, overlay.externalSecrets))
    report(overlay, 'flows', flowOffences(overlay))
    report(overlay, `schemas of Kubernetes ${kubernetes}`, await schemaErrors(overlay.objects, kubernetes, progress))
  }
  if (!args.includes('--offline')) {
    const definitions = await readDefinitions(progress)
    await using server = await startApiServer(await provideApiServer(progress), progress)
    progress(`the API server answers: ${JSON.parse((await server.call('GET', '/version')).body).gitVersion}`)
    await installDefinitions(server, definitions)
    for (const overlay of overlays) report(overlay, 'server-side dry run', await dryRunOffences(server, overlay.objects))
  }
  for (const line of offences) print(`- ${line}`)
  if (offences.length > 0) throw new ProgramError(`${offences.length} offences.`)
  print(`${overlays.length} overlays are valid.`)
})
