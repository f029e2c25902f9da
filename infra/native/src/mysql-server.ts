// MySQL itself.
import { EngineError, type Log } from './engine.ts'
import type { MysqlProgram } from './mysql.ts'

export const findMysql = async (_log: Log): Promise<MysqlProgram> => {
  throw new EngineError('MySQL cannot be had yet.')
}
