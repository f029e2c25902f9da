// Custom resource definitions of the Prometheus operator, from its Go module: the kinds that the monitoring component uses.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EngineError, findProgram, run } from '@cartwright/native'
import { type Manifest, parseManifests } from './manifests.ts'

const source = 'github.com/prometheus-operator/prometheus-operator@v0.85.0'
const checksum = 'h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s='
const remedy = 'Go needs its module proxy (GOPROXY); without it run the check with --offline.'
const kinds = ['servicemonitors', 'prometheusrules']

/** @throws EngineError when Go is missing or the checksum is not the pinned one */
export const readDefinitions = async (log: (line: string) => void): Promise<Manifest[]> => {
  const go = findProgram('go')
  if (go === null) throw new EngineError('Go is missing: install Go 1.24 or newer, or run the check with --offline.')
  const cwd = mkdtempSync(join(tmpdir(), 'cartwright-go-'))
  try {
    writeFileSync(join(cwd, 'go.mod'), 'module cartwright.local/definitions\n\ngo 1.24\n')
    log('reading the definitions of the Prometheus operator from its Go module')
    const { Dir: folder, Sum: sum } = JSON.parse(await run(go, ['mod', 'download', '-json', source], { cwd, remedy }))
    if (sum !== checksum)
      throw new EngineError(`The checksum of ${source} is ${sum}, expected ${checksum}: use another module proxy (GOPROXY).`)
    const read = (kind: string) => {
      const file = join(folder, 'example/prometheus-operator-crd', `monitoring.coreos.com_${kind}.yaml`)
      return parseManifests(readFileSync(file, 'utf8'), kind)
    }
    return kinds.flatMap(read)
  } finally {
    rmSync(cwd, { recursive: true, force: true })
  }
}
