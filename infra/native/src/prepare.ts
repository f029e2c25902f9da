// `node prepare.ts mariadb redis …`: makes engines available before anybody starts them, telling what it does.
import { fetchElasticsearch } from './elasticsearch.ts'
import { EngineError } from './engine.ts'
import { fetchKafka } from './kafka.ts'
import { findMariadb } from './mariadb.ts'
import { findMysql } from './mysql-server.ts'
import { findRedis } from './redis.ts'

const log = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const preparations = {
  mariadb: findMariadb,
  mysql: findMysql,
  redis: findRedis,
  kafka: fetchKafka,
  elasticsearch: fetchElasticsearch,
} as const

const isKnown = (name: string): name is keyof typeof preparations => Object.hasOwn(preparations, name)

/** An engine that cannot be had is told and no failure: whoever needs it says so again. */
const prepare = async (name: keyof typeof preparations): Promise<void> => {
  try {
    await preparations[name](log)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    log(error.message)
  }
}

await Promise.all(process.argv.slice(2).filter(isKnown).map(prepare))
