// Lists the source files of the repository, as git tracks them, with their imports.
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../../', import.meta.url))

export interface Source {
  /** Relative to the root, with forward slashes. */
  path: string
  text: string
  imports: string[]
}

const importsOf = (text: string): string[] =>
  [
    ...text.matchAll(
      /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*?(?:\n[^'"\n;]*?)*?from\s+['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
    ),
  ].map((match) => match[1] ?? match[2] ?? match[3] ?? '')

/** Paths of every file that belongs to the project, also those not committed yet. */
export const listFiles = (...patterns: string[]): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--', ...patterns], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)))
    .sort()

export const readText = (path: string): string => readFileSync(join(root, path), 'utf8')

/** TypeScript sources without generated code. */
export const listSources = (): Source[] =>
  listFiles('*.ts', '*.tsx')
    .filter((path) => !path.includes('/generated/') && !path.endsWith('.d.ts'))
    .map((path) => {
      const text = readText(path)
      return { path, text, imports: importsOf(text) }
    })

export const isTest = (path: string): boolean => /\.(test|fixture)\.tsx?$/.test(path)

/** Modules whose exports React Router reads by their names, the component by default. */
export const isRouteModule = (path: string): boolean =>
  /^packages\/storefront\/app\/(routes\/|routes\.ts$|root\.tsx$|entry\.)/.test(path)
