// Prisma client over the service's pool, for lists. Transactions that decide use `db.tx`.
import type { Database } from '@cartwright/db'
import { PrismaMariaDb } from '@prisma/adapter-mariadb'
import { PrismaClient } from './generated/client.ts'

/** Opens the client on the shared pool, which service-kit closes. */
export const openPrisma = (db: Database): PrismaClient => new PrismaClient({ adapter: new PrismaMariaDb(db.pool) })
export type { PrismaClient }
