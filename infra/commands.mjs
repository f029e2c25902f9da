// The commands of the project: what each runs in the end, and the engines it will ask for, which are fetched while packages are installed.
export const commands = {
  start: { entry: 'packages/shop/src/start-embedded.ts', engines: ['database'] },
  'start:distributed': {
    entry: 'packages/shop/src/start-distributed.ts',
    engines: ['database', 'redis', 'kafka', 'elasticsearch'],
  },
  dev: {
    entry: 'packages/shop/src/start-embedded.ts',
    engines: ['database'],
    nodeArgs: ['--watch', '--watch-preserve-output'],
  },
  test: { entry: 'infra/test.ts', engines: ['mariadb', 'redis', 'kafka', 'mysql', 'elasticsearch'] },
  'test:file': { entry: 'infra/test-file.ts', engines: ['mariadb'], args: ['run'] },
  'test:watch': { entry: 'infra/test-file.ts', engines: ['mariadb'], args: ['watch'] },
  check: { entry: 'infra/check.ts', engines: [] },
  'check:fuzz': { entry: 'infra/fuzz.ts', engines: ['database'] },
  bench: { entry: 'packages/shop/src/bench/main.ts', engines: ['database'] },
  ops: { entry: 'packages/shop/src/ops/main.ts', engines: [] },
  chaos: { entry: 'packages/chaos/src/main.ts', engines: ['database', 'redis', 'kafka', 'elasticsearch'] },
}
