// Where Prisma finds this service's tables. Migrations are applied by packages/db, so no address is needed here.
import { defineConfig } from 'prisma/config'

export default defineConfig({ schema: 'prisma/schema.prisma' })
