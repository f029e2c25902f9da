// Probes: routes that load balancers and supervisors ask every few seconds. They write no log line and no span.

const operationIds: ReadonlySet<string | undefined> = new Set(['livez', 'readyz'])

export const isProbe = (operationId: string | undefined): boolean => operationIds.has(operationId)
