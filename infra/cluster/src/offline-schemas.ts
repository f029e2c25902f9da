// Checks objects against the published schemas of Kubernetes without a cluster: kubernetes-validate, pinned, in a virtual environment.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { EngineError, findProgram, provision, run } from '@cartwright/native'
import type { Manifest } from './manifests.ts'

const requirements = fileURLToPath(new URL('../requirements.txt', import.meta.url))
const version = '1.37.0'

/** @returns the Python of the virtual environment @throws EngineError */
const provideValidator = async (log: (line: string) => void): Promise<string> => {
  const folder = await provision({
    name: `kubernetes-validate-${version}`,
    what: 'kubernetes-validate',
    log,
    fill: async (fresh) => {
      const python = findProgram('python3')
      if (python === null) throw new EngineError('python3 is missing: install Python 3.10 or newer with its venv module.')
      log(`installing kubernetes-validate ${version}`)
      await run(python, ['-m', 'venv', join(fresh, 'venv')], { remedy: 'Install the module venv (Debian: python3-venv).' })
      const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', requirements]
      await run(join(fresh, 'venv', 'bin', 'python'), install, { remedy: 'pip needs a package index (PIP_INDEX_URL).' })
    },
  })
  return join(folder, 'venv', 'bin', 'python')
}

/** Kinds of Kubernetes itself; the schemas know no custom resources. */
const isBuiltIn = ({ apiVersion }: Manifest): boolean => !apiVersion.includes('.coreos.com/')

/**
 * The errors that the schemas of a version find, strictly: an unknown field is one.
 * @throws EngineError when the tool cannot be installed or run
 */
export const schemaErrors = async (
  objects: readonly Manifest[],
  kubernetes: string,
  log: (line: string) => void,
): Promise<string[]> => {
  const python = await provideValidator(log)
  const work = mkdtempSync(join(tmpdir(), 'cartwright-k8s-'))
  try {
    const file = join(work, 'objects.yaml')
    writeFileSync(
      file,
      objects
        .filter(isBuiltIn)
        .map((object) => JSON.stringify(object))
        .join('\n---\n'),
    )
    const args = ['-m', 'kubernetes_validate', '--strict', '--quiet', '--kubernetes-version', kubernetes, file]
    const { status, stdout, stderr } = spawnSync(python, args, { encoding: 'utf8' })
    const findings = stdout.split('\n').filter((line) => /^(ERROR|WARN|FATAL)/.test(line))
    if (status !== 0 && findings.length === 0) throw new EngineError(`kubernetes-validate failed: ${stderr.trim().slice(-300)}`)
    return findings.map((line) => line.replace(file, ''))
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
}
