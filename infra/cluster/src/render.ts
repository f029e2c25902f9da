// Renders the base and the overlays, in a copy of `k8s/` that holds drawn secrets: the repository holds none.
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { run } from '@cartwright/native'
import { type Manifest, manifestRoot, parseManifests } from './manifests.ts'
import { drawSecrets, envFile, secretKeys } from './secrets.ts'

export interface Rendered {
  name: string
  objects: Manifest[]
  /** Secrets that the overlay expects in the cluster. */
  externalSecrets: readonly string[]
}

/** An overlay with the monitoring component, as a cluster with the Prometheus operator uses it. */
const monitored = `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources: [../production]
components: [../../components/monitoring]
`

/** Renders everything that a user can apply. @throws EngineError naming what kustomize refuses */
export const renderAll = async ([program, ...args]: readonly [string, ...string[]]): Promise<Rendered[]> => {
  const copy = mkdtempSync(join(tmpdir(), 'cartwright-k8s-'))
  try {
    cpSync(manifestRoot, copy, { recursive: true })
    for (const [name, values] of Object.entries(drawSecrets()))
      writeFileSync(join(copy, 'overlays/local/secrets', `${name}.env`), envFile(values))
    cpSync(join(copy, 'overlays/production'), join(copy, 'overlays/production-monitored'), { recursive: true })
    writeFileSync(join(copy, 'overlays/production-monitored/kustomization.yaml'), monitored)
    const render = async (folder: string, externalSecrets: readonly string[]): Promise<Rendered> => ({
      name: folder,
      objects: parseManifests(await run(program, [...args, join(copy, folder)]), folder),
      externalSecrets,
    })
    const inCluster = Object.keys(secretKeys)
    return [
      await render('overlays/local', []),
      await render('overlays/production', inCluster),
      await render('overlays/production-monitored', inCluster),
    ]
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}
