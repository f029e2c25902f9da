// `pnpm --filter @cartwright/grafana generate`: writes every dashboard into `infra/grafana/dashboards`.
import { writeFileSync } from 'node:fs'
import { dashboards, fileOf } from './dashboards.ts'

for (const [name, dashboard] of Object.entries(dashboards))
  writeFileSync(new URL(`../dashboards/${name}`, import.meta.url), fileOf(dashboard))
