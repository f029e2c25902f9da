// SQL interface over a function that sends statements: tagged templates in, rows out.
import { type Sql, type SqlValue, sql } from './sql.ts'
import type { Queryable, Send, Written } from './types.ts'

export const createQueryable = (send: Send, dbNow: () => Sql): Queryable => ({
  rows: async <T>(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => {
    const { text, values } = sql(strings, ...parts)
    return (await send(text, values)) as T[]
  },
  one: async <T>(strings: TemplateStringsArray, ...parts: (SqlValue | Sql)[]) => {
    const { text, values } = sql(strings, ...parts)
    return ((await send(text, values)) as T[])[0] ?? null
  },
  run: async (strings, ...parts) => {
    const { text, values } = sql(strings, ...parts)
    return (await send(text, values)) as Written
  },
  get dbNow() {
    return dbNow()
  },
})
