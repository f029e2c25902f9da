// Alert rules as objects of the Prometheus operator, made from the files that Prometheus itself reads.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { manifestRoot } from './manifests.ts'

const source = fileURLToPath(new URL('../../prometheus/rules', import.meta.url))

export const alertRulesFile = join(manifestRoot, 'components', 'monitoring', 'alert-rules.yaml')

/** One PrometheusRule for each file of rules. */
export const alertRules = (): string => {
  const objects = readdirSync(source)
    .filter((name) => name.endsWith('.yml'))
    .sort()
    .map((name) => ({
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: name.replace('.yml', '') },
      spec: parse(readFileSync(join(source, name), 'utf8')),
    }))
  const header = '# Made from infra/prometheus/rules by `pnpm --filter @cartwright/cluster generate`.\n'
  return header + objects.map((object) => stringify(object, { lineWidth: 0 })).join('---\n')
}
