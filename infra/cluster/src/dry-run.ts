// Applies objects to an API server without effect (`dryRun=All`), strictly: an unknown field, a refusal or a warning is an offence.
import type { ApiAnswer, ApiServer } from './api-server.ts'
import { type Manifest, titleOf } from './manifests.ts'

interface Resource {
  name: string
  kind: string
  namespaced: boolean
}

/** Paths of kinds, from the discovery of the server. */
const createDiscovery = ({ call }: ApiServer) => {
  const known = new Map<string, Resource[]>()
  const list = async (apiVersion: string): Promise<Resource[]> => {
    const cached = known.get(apiVersion)
    if (cached) return cached
    const { status, body } = await call('GET', apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`)
    const resources: Resource[] = status === 200 ? JSON.parse(body).resources : []
    known.set(apiVersion, resources)
    return resources
  }
  return async ({ apiVersion, kind, metadata }: Manifest): Promise<string | null> => {
    const resource = (await list(apiVersion)).find((each) => each.kind === kind && !each.name.includes('/'))
    if (resource === undefined) return null
    const root = apiVersion === 'v1' ? '/api/v1' : `/apis/${apiVersion}`
    const scope = resource.namespaced ? `/namespaces/${metadata.namespace ?? 'default'}` : ''
    return `${root}${scope}/${resource.name}/${metadata.name}`
  }
}

const apply = ({ call }: ApiServer, path: string, object: Manifest, options: string): Promise<ApiAnswer> =>
  call('PATCH', `${path}?fieldManager=check&force=true&fieldValidation=Strict${options}`, object, 'application/apply-patch+yaml')

const offencesOf = (object: Manifest, { status, body, warnings }: ApiAnswer): string[] => [
  ...(status < 300 ? [] : [`${titleOf(object)} is refused (${status}): ${JSON.parse(body).message ?? body}`]),
  ...warnings.map((warning) => `${titleOf(object)}: ${warning}`),
]

/** Applies the custom resource definitions for real, and resolves when the server serves their kinds. */
export const installDefinitions = async (server: ApiServer, definitions: readonly Manifest[]): Promise<void> => {
  for (const definition of definitions) {
    const path = `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`
    const { status, body } = await apply(server, path, definition, '')
    if (status >= 300) throw new Error(`the definition ${definition.metadata.name} is refused: ${body.slice(0, 300)}`)
    const { group, versions } = definition.spec
    for (let tries = 0; tries < 300; tries++) {
      const answer = await server.call('GET', `/apis/${group}/${versions[0].name}`)
      if (answer.status === 200 && answer.body.includes(definition.spec.names.kind)) break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
  }
}

/** @returns the offences; the namespaces are created for real, because objects in them need them */
export const dryRunOffences = async (server: ApiServer, objects: readonly Manifest[]): Promise<string[]> => {
  const pathOf = createDiscovery(server)
  const offences: string[] = []
  for (const object of objects) {
    const path = await pathOf(object)
    if (path === null) {
      offences.push(`${titleOf(object)} has a kind that the server does not know: ${object.apiVersion}`)
      continue
    }
    const options = object.kind === 'Namespace' ? '' : '&dryRun=All'
    offences.push(...offencesOf(object, await apply(server, path, object, options)))
  }
  return offences
}
