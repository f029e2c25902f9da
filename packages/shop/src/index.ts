// Public API of the package: the whole shop in one process, and the values that describe it.
export { shopSpec } from './config.ts'
export { actionNames, actions, dependencies, noticeOf, outcomes, outcomesWithout } from './degradation/matrix.ts'
export { commands as operatorCommands } from './ops/command-line.ts'
export { allServices, type RunningShop, type ShopOptions, startShop } from './start-shop.ts'
export { declaredTraces } from './telemetry/declared-traces.ts'
