// Open issues of all services for admins: each service is asked for its own, and one that does not answer is named.
import { AppError, adminOpsApi, opsApi, type UpstreamName } from '@cartwright/contracts'
import { route } from '@cartwright/service-kit'
import type { GatewayDeps } from '../deps.ts'
import { everyService } from '../every-service.ts'

export const listOpenIssues = route(adminOpsApi.listOpenIssues, async ({ principal }, { services }: GatewayDeps) => {
  const readOne = async (service: UpstreamName) => {
    const answer = await services[service].read(opsApi.listOpenIssues, {}, { onBehalfOf: principal, deadlineMs: 5000 })
    if (answer === null) throw new AppError('upstream_unavailable')
    return answer.items.map((issue) => ({ service, ...issue }))
  }
  const outcomes = await Promise.allSettled(everyService.map(readOne))
  return {
    items: outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? outcome.value : [])),
    unavailable: everyService.filter((_, index) => outcomes[index]?.status === 'rejected'),
  }
})
