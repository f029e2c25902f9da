// Open issues of all services for admins: reads each service's list and names the services that do not answer.
import { AppError, adminOpsApi, opsApi, type SchemaOwner, schemaOwners } from '@cartwright/contracts'
import { route } from '../../deps.ts'

export const listOpenIssues = route(adminOpsApi.listOpenIssues, async ({ request: { principal }, deps: { services } }) => {
  const readOne = async (service: SchemaOwner) => {
    const answer = await services[service].read(opsApi.listOpenIssues, {}, { onBehalfOf: principal, deadlineMs: 5000 })
    if (answer === null) throw new AppError('upstream_unavailable')
    return answer.items.map((issue) => ({ service, ...issue }))
  }
  const outcomes = await Promise.allSettled(schemaOwners.map(readOne))
  return {
    items: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
    unavailable: schemaOwners.filter((_, index) => outcomes[index]?.status === 'rejected'),
  }
})
