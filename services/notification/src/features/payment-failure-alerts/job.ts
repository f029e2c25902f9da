// Job that turns a batch of payment failures into one alert. It has no outside effect: the mail has a job of its own.
import { job } from '../../deps.ts'
import { queueAlert } from '../../domain/message.ts'
import { groupKind, lockGroup, takeBatch } from './queries.ts'
import { type CollectAlerts, collectKind } from './record-failure.ts'

/** Failures that a mail lists; the mail counts the others. */
const maxListed = 20

export const collectAlerts = job<CollectAlerts, null>({
  kind: collectKind,
  effect: async () => null,
  apply: async ({ tx, item, deps }) => {
    const { batch } = item.payload
    const group = await lockGroup(tx, deps.config.alertWindowSec)
    if (!group.collecting || group.batch !== batch) return
    const content = await takeBatch(tx, batch, maxListed)
    const cause = { id: `alerts-${groupKind}-${batch}`, type: 'payment.attempt-declined' }
    await queueAlert(tx, { cause, template: 'alert-payments', content }, deps)
  },
})
