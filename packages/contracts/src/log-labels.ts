// Labels of log lines: fields of events, parameters and jobs by whose values operators look for lines.

/** Name of the field → name of the label. */
const labelled = { orderId: 'order_id' } as const

/** The labels that an object's fields give. @param value data of an event, parameters of a request, or payload of a job */
export const labelsOf = (value: unknown): Record<string, string> => {
  const labels: Record<string, string> = {}
  if (typeof value !== 'object' || value === null) return labels
  for (const [field, label] of Object.entries(labelled)) {
    const id = (value as Record<string, unknown>)[field]
    if (typeof id === 'string') labels[label] = id
  }
  return labels
}
