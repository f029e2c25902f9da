// Commands of the project: the program behind each npm script, and the engines that are downloaded while packages are installed.
export const commands = {
  start: { entry: 'packages/shop/src/start-embedded.ts', engines: ['database'] },
  'start:distributed': {
    entry: 'packages/shop/src/start-distributed.ts',
    engines: ['database', 'redis', 'kafka', 'elasticsearch'],
  },
  'start:observed': {
    entry: 'packages/shop/src/start-observed.ts',
    engines: ['database', 'redis', 'kafka', 'elasticsearch', 'prometheus', 'alertmanager'],
  },
  dev: {
    entry: 'packages/shop/src/start-embedded.ts',
    engines: ['database'],
    nodeArgs: ['--watch', '--watch-preserve-output'],
  },
  test: {
    entry: 'infra/test.ts',
    engines: ['mariadb', 'redis', 'kafka', 'mysql', 'elasticsearch', 'prometheus', 'alertmanager'],
  },
  'test:file': { entry: 'infra/test-file.ts', engines: ['mariadb'], args: ['run'] },
  'test:watch': { entry: 'infra/test-file.ts', engines: ['mariadb'], args: ['watch'] },
  check: { entry: 'infra/check.ts', engines: [] },
  'check:packages': { entry: 'infra/check-packages.ts', engines: [] },
  'check:fuzz': { entry: 'infra/fuzz.ts', engines: ['database'] },
  'check:cluster': { entry: 'infra/cluster/src/main.ts', engines: [] },
  'check:upgrade': { entry: 'packages/chaos/src/upgrade/main.ts', engines: ['database', 'redis', 'kafka', 'elasticsearch'] },
  'check:alerts': {
    entry: 'packages/chaos/src/alerts/main.ts',
    engines: ['database', 'redis', 'kafka', 'elasticsearch', 'prometheus', 'alertmanager'],
  },
  'cluster:secrets': { entry: 'infra/cluster/src/draw-secrets.ts', engines: [] },
  'check:containers': { entry: 'infra/containers/check.ts', engines: [] },
  'build:jaeger': { entry: 'infra/native/src/build-jaeger.ts', engines: [] },
  bench: { entry: 'packages/shop/src/bench/main.ts', engines: ['database'] },
  ops: { entry: 'packages/shop/src/ops/main.ts', engines: [] },
  chaos: { entry: 'packages/chaos/src/main.ts', engines: ['database', 'redis', 'kafka', 'elasticsearch'] },
}
