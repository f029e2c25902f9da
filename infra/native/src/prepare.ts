// Installs engines before their first start: `node prepare.ts mariadb redis …`. Prints its progress.
import { findAlertmanager } from './alertmanager.ts'
import { fetchElasticsearch } from './elasticsearch.ts'
import { EngineError } from './engine.ts'
import { fetchKafka } from './kafka.ts'
import { findMariadb } from './mariadb.ts'
import { findMysql } from './mysql-server.ts'
import { findPrometheus } from './prometheus.ts'
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
  prometheus: findPrometheus,
  alertmanager: findAlertmanager,
} as const

const isKnown = (name: string): name is keyof typeof preparations => Object.hasOwn(preparations, name)

/** A missing engine is printed and is no failure here: the command that needs the engine fails with the same message. */
const prepare = async (name: keyof typeof preparations): Promise<void> => {
  try {
    await preparations[name](log)
  } catch (error) {
    if (!(error instanceof EngineError)) throw error
    log(error.message)
  }
}

await Promise.all(process.argv.slice(2).filter(isKnown).map(prepare))
