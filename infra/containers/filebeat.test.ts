// Filebeat's settings fit its container: the logs that it reads, the server that it writes to, and the template are where it looks.
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readCompose, readRoot, withDefaults } from './compose-file.ts'

const home = '/usr/share/filebeat'
const settings = parse(readRoot('infra/filebeat/filebeat.yml'))
const container = readCompose().services.filebeat
const mounts = (container?.volumes ?? []).map((mount) => withDefaults(mount).split(':'))

/** File or folder of the machine that a path in the container is. */
const sourceOf = (path: string): string => {
  const [source = '', target = ''] = mounts.find(([, inside = '']) => path === inside || path.startsWith(`${inside}/`)) ?? []
  return source + path.slice(target.length)
}

test('Filebeat reads its settings and the log files of all containers', () => {
  expect(sourceOf(`${home}/filebeat.yml`)).toBe('./infra/filebeat/filebeat.yml')
  const [input] = settings['filebeat.inputs']
  expect(input.paths).toEqual(['/var/lib/docker/containers/*/*-json.log'])
  expect(sourceOf('/var/lib/docker/containers/any')).toBe('/var/lib/docker/containers/any')
})

test('Filebeat writes to the server of the network, under the name that the template is for', () => {
  expect(settings['output.elasticsearch'].hosts).toEqual([`\${${Object.keys(container?.environment ?? {})[0]}}`])
  const template = sourceOf(settings['setup.template'].json.path.replace(`\${path.home}`, home))
  const { index_patterns: patterns } = JSON.parse(readRoot(template))
  expect(patterns).toEqual([settings['output.elasticsearch'].index])
  expect(settings['setup.template'].pattern).toBe(settings['output.elasticsearch'].index)
})

test('every service writes its log lines where Filebeat reads them', () => {
  for (const { logging } of Object.values(readCompose().services)) expect(logging?.driver).toBe('json-file')
})
