// Schedule that issues the invoices of confirmed orders and the credit notes of refunds, many in one transaction.
import { scheduled } from '../../deps.ts'
import { issueDue } from '../../domain/invoices.ts'

export const issueInvoices = scheduled({
  name: 'order-invoices',
  everySec: 5,
  run: async ({ deps }) => {
    let more = true
    while (more) more = await deps.db.tx((tx) => issueDue(tx, deps, null))
  },
})
