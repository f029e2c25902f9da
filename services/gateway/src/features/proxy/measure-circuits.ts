// Measurement of the circuit breakers for the metrics page.
import { measurement } from '../../deps.ts'

export const measureCircuits = measurement({
  name: 'circuits',
  gauges: ({ counters }) => [counters.circuit],
  run: async ({ deps: { upstreams, counters } }) => {
    for (const [upstream, open] of Object.entries(upstreams)) counters.circuit.set({ upstream }, open?.isCircuitOpen() ? 1 : 0)
  },
})
