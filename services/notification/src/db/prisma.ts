// Prisma client over the pool of the service, for lists with optional filters. Decisions run in `db.tx`.
import type { Database } from '@cartwright/db'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaClient } from './generated/client.ts'

/** Opens the client; it shares the pool, which the kit closes. */
export const openPrisma = (db: Database): PrismaClient => new PrismaClient({ adapter: new PrismaMariaDb(db.pool) })
export type { PrismaClient }
