// CPU and memory of the shop's processes, read from /proc.
import { readFileSync } from 'node:fs'

const ticksPerSec = 100
const pageKiB = 4

export interface Usage {
  cpuSec: number
  rssMiB: number
}

/** Zero for a process that is gone. */
export const usageOf = (pid: number): Usage => {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
    return { cpuSec: (Number(fields[11]) + Number(fields[12])) / ticksPerSec, rssMiB: (Number(fields[21]) * pageKiB) / 1024 }
  } catch {
    return { cpuSec: 0, rssMiB: 0 }
  }
}

export interface Share {
  /** Percent of one core. */
  cpuPercent: number
  rssMiB: number
}

/** Starts watching; the returned function says what each process used since. */
export const watch = (pids: Readonly<Record<string, number>>): (() => Record<string, Share>) => {
  const started = performance.now()
  const before = Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, usageOf(pid)]))
  return () => {
    const seconds = (performance.now() - started) / 1000
    return Object.fromEntries(
      Object.entries(pids).map(([name, pid]) => {
        const now = usageOf(pid)
        return [name, { cpuPercent: ((now.cpuSec - (before[name]?.cpuSec ?? 0)) / seconds) * 100, rssMiB: now.rssMiB }]
      }),
    )
  }
}
