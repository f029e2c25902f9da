// Programs that are built from Go modules into the cache of the machine, with the versions and checksums of `go/<name>/go.sum`.
import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildGoProgram, findProgram, provision } from '@cartwright/native'

const modules = fileURLToPath(new URL('../go', import.meta.url))

interface GoProgram {
  name: 'kustomize' | 'kube-apiserver'
  packagePath: string
  /** What its build costs. */
  cost: string
}

const versionOf = (name: string): string => {
  const text = readFileSync(join(modules, name, 'go.mod'), 'utf8')
  const pattern = name === 'kustomize' ? /kustomize\/v5 v(\S+)/ : /k8s\.io\/kubernetes v(\S+)/
  return pattern.exec(text)?.[1] ?? 'unknown'
}

/** @throws EngineError when Go is missing or too old */
const build = async ({ name, packagePath, cost }: GoProgram, log: (line: string) => void): Promise<string> => {
  const version = versionOf(name)
  const folder = await provision({
    name: `${name}-${version}`,
    what: name,
    log,
    fill: async (cwd) => {
      cpSync(join(modules, name), cwd, { recursive: true })
      log(`building ${name} ${version} from its Go module: ${cost}`)
      await buildGoProgram(name, cwd, packagePath, log)
    },
  })
  return join(folder, name)
}

/** The command that renders a folder: kustomize or kubectl on PATH, else a kustomize that is built once. */
export const provideKustomize = async (log: (line: string) => void): Promise<[program: string, ...args: string[]]> => {
  const present = findProgram('kustomize')
  if (present) return [present, 'build']
  const kubectl = findProgram('kubectl')
  if (kubectl) return [kubectl, 'kustomize']
  const cost = 'about a minute'
  return [await build({ name: 'kustomize', packagePath: 'sigs.k8s.io/kustomize/kustomize/v5', cost }, log), 'build']
}

/** @throws EngineError when it cannot be built */
export const provideApiServer = (log: (line: string) => void): Promise<string> =>
  build(
    {
      name: 'kube-apiserver',
      packagePath: 'k8s.io/kubernetes/cmd/kube-apiserver',
      cost: 'about 7 minutes of processor time, once',
    },
    log,
  )
