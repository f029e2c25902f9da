// Memory of running containers, as the engine measures it.
import type { DockerEngine } from './docker-engine.ts'
import type { Container } from './stack.ts'

const units: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }

const bytesOf = (text: string): number => {
  const [, number, unit = 'B'] = /^([\d.]+)(\w+)$/.exec(text.trim()) ?? []
  return Number(number) * (units[unit] ?? Number.NaN)
}

export interface Memory {
  container: string
  usedBytes: number
  limitBytes: number
}

export const measureMemory = async ({ docker }: DockerEngine, containers: readonly Container[]): Promise<Memory[]> =>
  (await docker('stats', '--no-stream', '--format', '{{.Name}} {{.MemUsage}}', ...containers.map(({ ID }) => ID)))
    .trim()
    .split('\n')
    .map((line) => {
      const [container = '', used = '', , limit = ''] = line.split(' ')
      return { container, usedBytes: bytesOf(used), limitBytes: bytesOf(limit) }
    })

/** Containers that ended and were started again, or whose processes the kernel killed. A health check is such a process as well. */
export const findKilled = async ({ docker }: DockerEngine, containers: readonly Container[]): Promise<string[]> => {
  const format = '{{.Name}} {{.RestartCount}} {{.State.OOMKilled}}'
  const lines = (await docker('inspect', '--format', format, ...containers.map(({ ID }) => ID))).trim().split('\n')
  return lines.flatMap((line) => {
    const [name, restarts, killed] = line.split(' ')
    return restarts === '0' && killed === 'false'
      ? []
      : [`${name}: ${restarts} restarts, memory ${killed === 'true' ? 'was exhausted' : 'sufficed'}`]
  })
}
