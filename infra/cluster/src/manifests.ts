// Reads the manifests in `k8s/` and the parts of Kubernetes objects that the checks look at.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseAllDocuments } from 'yaml'

export const manifestRoot = fileURLToPath(new URL('../../../k8s', import.meta.url))

// biome-ignore lint/suspicious/noExplicitAny: an object of Kubernetes has the shape that its kind says.
export type Manifest = any

/** @throws Error naming what does not parse */
export const parseManifests = (text: string, what: string): Manifest[] =>
  parseAllDocuments(text).map((document) => {
    if (document.errors.length > 0) throw new Error(`${what}: ${document.errors[0]?.message}`)
    return document.toJS()
  })

/** Every YAML file below a folder of `k8s/`, by its path in it. */
export const readManifests = (folder = ''): Map<string, Manifest[]> =>
  new Map(
    readdirSync(join(manifestRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .sort()
      .map((name) => {
        const file = join(manifestRoot, folder, name)
        return [relative(manifestRoot, file), parseManifests(readFileSync(file, 'utf8'), name)]
      }),
  )

/** The literals of a ConfigMap generator as variables. */
export const literalsOf = (kustomization: Manifest, name: string): Record<string, string> =>
  Object.fromEntries(
    (kustomization.configMapGenerator ?? [])
      .filter((generator: Manifest) => generator.name === name)
      .flatMap((generator: Manifest) => generator.literals ?? [])
      .map((literal: string) => {
        const end = literal.indexOf('=')
        return [literal.slice(0, end), literal.slice(end + 1)]
      }),
  )

/** The template of an object that makes pods; null for other kinds. */
export const podOf = (object: Manifest): Manifest => {
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(object?.kind)) return null
  return object.spec?.template ?? null
}

/** Kind and name of an object, for messages. */
export const titleOf = (object: Manifest): string => `${object?.kind ?? 'object'} ${object?.metadata?.name ?? 'without a name'}`
