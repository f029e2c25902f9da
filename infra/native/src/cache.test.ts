// The download cache: filled once, complete or absent, and with the pinned checksums.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { cacheRoot, expectChecksum, provision, sha256Of, sha256OfFolder } from './cache.ts'

const sha256OfAbc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'
let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cartwright-cache-'))
  vi.stubEnv('XDG_CACHE_HOME', home)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(home, { recursive: true })
})

const thing = (fill: (folder: string) => Promise<void>) =>
  provision({ name: 'thing-1', what: 'a thing', log: () => undefined, fill })

test('a cache folder is filled once when several callers ask at the same time', async () => {
  let times = 0
  const fill = async (folder: string) => {
    times++
    writeFileSync(join(folder, 'file'), 'abc')
  }
  const [one, other] = await Promise.all([thing(fill), thing(fill)])
  expect(one).toBe(join(cacheRoot(), 'thing-1'))
  expect(other).toBe(one)
  expect(times).toBe(1)
})

test('a cache folder whose filling failed does not exist, and the next call fills it', async () => {
  await expect(thing(() => Promise.reject(new Error('cut off')))).rejects.toThrow('cut off')
  expect(readdirSync(cacheRoot())).toEqual([])
  expect(existsSync(await thing(async () => undefined))).toBe(true)
})

test('a wrong checksum throws an error that names both checksums', async () => {
  writeFileSync(join(home, 'file'), 'abc')
  expect(await sha256Of(join(home, 'file'))).toBe(sha256OfAbc)
  expect(() => expectChecksum('a file', sha256OfAbc, sha256OfAbc)).not.toThrow()
  expect(() => expectChecksum('a file', sha256OfAbc, 'other')).toThrow(/ba7816bf.*expected other/)
})

test('the checksum of a folder changes with a file name and with a content', async () => {
  const folder = join(home, 'jars')
  const figures = new Set<string>()
  for (const [name, content] of [
    ['a', '1'],
    ['a', '2'],
    ['b', '2'],
  ] as const) {
    rmSync(folder, { recursive: true, force: true })
    await provision({
      name: 'jars',
      what: 'jars',
      log: () => undefined,
      fill: async (fresh) => writeFileSync(join(fresh, name), content),
    })
    figures.add(await sha256OfFolder(join(cacheRoot(), 'jars')))
    rmSync(join(cacheRoot(), 'jars'), { recursive: true })
  }
  expect(figures.size).toBe(3)
})
