// Builds a program from its Go module, with lines of progress. Go keeps what it has compiled: after an interruption the next build goes on.
import { EngineError, type Log } from './engine.ts'
import { findProgram, run } from './tools.ts'

const progressEveryMs = 30_000
const env = { CGO_ENABLED: '0' }
const remedy = 'Run it again: what is downloaded and compiled stays. Go needs its module proxy (GOPROXY) and about 5 GB of disk.'

/** @param program what is built with Go @throws EngineError */
const requireGo = (program: string): string => {
  const go = findProgram('go')
  if (go === null) throw new EngineError(`${program} cannot be built: install Go 1.24 or newer.`)
  return go
}

/** Adds a module to the `go.mod` of a folder. @throws EngineError */
export const addGoModule = async (program: string, cwd: string, module: string): Promise<void> => {
  await run(requireGo(program), ['get', '-tool', module], { cwd, remedy })
}

/** Builds the program into the folder of its `go.mod`. @throws EngineError */
export const buildGoProgram = async (program: string, cwd: string, packagePath: string, log: Log): Promise<void> => {
  const go = requireGo(program)
  const packages = (await run(go, ['list', '-deps', packagePath], { cwd, env, remedy })).trim().split('\n').length
  let compiled = 0
  const timer = setInterval(() => log(`${program}: ${compiled} of at most ${packages} packages are compiled`), progressEveryMs)
  try {
    await run(go, ['build', '-v', '-trimpath', '-ldflags=-s -w', '-o', program, packagePath], {
      cwd,
      env,
      remedy,
      // With -v it names each package in a line.
      onOutput: (text) => {
        compiled += text.split('\n').length - 1
      },
    })
  } finally {
    clearInterval(timer)
  }
}
