// Schedule that issues the invoices of confirmed orders and the credit notes of refunds, many in one transaction.
import { isDue } from '../../db/invoices.ts'
import { scheduled } from '../../deps.ts'
import { issueDue } from '../../domain/invoices.ts'

export const issueInvoices = scheduled({
  name: 'order-invoices',
  everySec: 5,
  run: async ({ deps }) => {
    let more = await isDue(deps.db, null)
    while (more) more = await deps.db.tx((tx) => issueDue(tx, deps, null))
  },
})
