// Copy of the workspace in a temporary folder, so that a mutant never changes the working tree.
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join, relative, sep } from 'node:path'

export interface SourceTree extends Disposable {
  root: string
  read(file: string): string
  write(file: string, text: string): void
}

/** Folders that no test reads. */
const skipped = new Set(['.git', '.ci', '.data', '.tools', '.turbo', '.vitest', 'bench-results'])

/**
 * The packages of a workspace member link to each other by relative links, which lead inside the copy; links to installed packages lead to
 * `node_modules` of the copy's root, whose entries are links to the original's.
 */
const copyMembers = (from: string, to: string): void => {
  const rootModules = join(from, 'node_modules')
  cpSync(from, to, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (path) =>
      path !== rootModules && !skipped.has(basename(path)) && !relative(from, path).includes(`node_modules${sep}.v`),
  })
}

const linkInstalled = (from: string, to: string): void => {
  mkdirSync(join(to, 'node_modules'))
  for (const name of readdirSync(join(from, 'node_modules'))) {
    if (!name.startsWith('.v')) symlinkSync(join(from, 'node_modules', name), join(to, 'node_modules', name))
  }
}

/** Copies the workspace with its generated database clients; installed packages are linked. */
export const copySources = (from: string): SourceTree => {
  const root = mkdtempSync(join(tmpdir(), 'cartwright-mutants-'))
  copyMembers(from, root)
  linkInstalled(from, root)
  return {
    root,
    read: (file) => readFileSync(join(root, file), 'utf8'),
    write: (file, text) => writeFileSync(join(root, file), text),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}
