// Records each transaction of a recorded piece of work as a span, with its number of statements and attempts.
import type { DatabaseOptions } from '@cartwright/db'
import { describeSpan, inSpan } from '@cartwright/telemetry'

export const recordTransaction: NonNullable<DatabaseOptions['aroundTransaction']> = ({ dialect, name }, run) =>
  inSpan(
    {
      name: 'transaction',
      kind: 'client',
      attributes: { 'db.system.name': dialect, 'db.namespace': name, 'db.operation.name': 'transaction' },
    },
    async () => {
      const totals = { statements: 0, attempts: 0 }
      try {
        return await run(totals)
      } finally {
        describeSpan({ 'db.operation.batch.size': totals.statements, 'cartwright.transaction.attempts': totals.attempts })
      }
    },
  )
