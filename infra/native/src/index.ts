// Local engines for development and tests: made available, started, watched and stopped, each on a data folder of its own.

export { startElasticsearch } from './elasticsearch.ts'
export { type Engine, EngineError, type EngineKind, type Log, type StartOptions } from './engine.ts'
export { type KafkaOptions, startKafka } from './kafka.ts'
export { isAlive, readHolder, tryLock, unlock } from './lock.ts'
export { type MysqlOptions, startMysql } from './mysql.ts'
export { type ClaimedPort, claimPort } from './port.ts'
export { startRedis } from './redis.ts'
