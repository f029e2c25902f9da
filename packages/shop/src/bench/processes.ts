// CPU and memory of processes, read from /proc. The engines are the child processes of the shop's process.
import { readdirSync, readFileSync } from 'node:fs'

const ticksPerSec = 100
const pageKiB = 4

/** Process ids by the name in the report. */
export type Processes = Readonly<Record<string, readonly number[]>>

interface Usage {
  cpuSec: number
  rssMiB: number
}

/** Fields of /proc/<pid>/stat after the program's name. Empty for a process that has ended. */
const statOf = (pid: number): string[] => {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  } catch {
    return []
  }
}

const usageOf = (pids: readonly number[]): Usage => {
  let [ticks, pages] = [0, 0]
  for (const pid of pids) {
    const fields = statOf(pid)
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0)
    pages += Number(fields[21] ?? 0)
  }
  return { cpuSec: ticks / ticksPerSec, rssMiB: (pages * pageKiB) / 1024 }
}

export interface Share {
  cpuSec: number
  /** Percent of one core. */
  cpuPercent: number
  rssMiB: number
}

/** Starts measuring. @returns a function that reads the usage since then, by name */
export const watch = (processes: Processes): (() => Record<string, Share>) => {
  const started = performance.now()
  const before = Object.entries(processes).map(([name, pids]) => ({ name, pids, usage: usageOf(pids) }))
  return () => {
    const seconds = (performance.now() - started) / 1000
    return Object.fromEntries(
      before.map(({ name, pids, usage }): [string, Share] => {
        const now = usageOf(pids)
        const cpuSec = now.cpuSec - usage.cpuSec
        return [name, { cpuSec, cpuPercent: (cpuSec / seconds) * 100, rssMiB: now.rssMiB }]
      }),
    )
  }
}

const engineNames: readonly [RegExp, string][] = [
  [/mariadbd/, 'MariaDB'],
  [/mysqld/, 'MySQL'],
  [/redis-server/, 'Redis'],
  [/elasticsearch/, 'Elasticsearch'],
  [/kafka/, 'Kafka'],
]

/** Command line of a process; empty when it has ended. */
const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')
  } catch {
    return ''
  }
}

const allPids = (): number[] => {
  try {
    return readdirSync('/proc').map(Number).filter(Number.isInteger)
  } catch {
    // A system without /proc gives no figures of processes.
    return []
  }
}

/** Engines among the descendants of process `root`. Engines that run elsewhere are not included. */
export const enginesBelow = (root: number): Processes => {
  const parents = new Map(allPids().map((pid) => [pid, Number(statOf(pid)[1] ?? 0)]))
  const isBelow = (pid: number): boolean => {
    const parent = parents.get(pid)
    return parent !== undefined && parent > 1 && (parent === root || isBelow(parent))
  }
  const found: Record<string, number[]> = {}
  for (const pid of parents.keys()) {
    if (!isBelow(pid)) continue
    const command = commandOf(pid)
    const name = engineNames.find(([pattern]) => pattern.test(command))?.[1]
    if (name) found[name] = [...(found[name] ?? []), pid]
  }
  return found
}
