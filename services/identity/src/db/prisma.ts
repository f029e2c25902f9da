// Prisma client on the service's own pool, for reads. Transactions that decide run in `db.tx`.
import type { Database } from '@cartwright/db'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaClient } from './generated/client.ts'

/** Opens the client. It shares the pool, which service-kit closes. */
export const openPrisma = (db: Database): PrismaClient => new PrismaClient({ adapter: new PrismaMariaDb(db.pool) })
export type { PrismaClient }
