// Fault injection: delays, duplicates, reorders or drops webhooks, and declines a share of the cards that would pay.

export type WebhookMode = 'deliver' | 'delay' | 'duplicate' | 'reorder' | 'drop'

export interface WebhookSettings {
  mode: WebhookMode
  /** Seconds, for `delay`. */
  delaySec?: number
  /** How often `duplicate` sends each event; 2 when left out. */
  copies?: number
  /** How many events the mode applies to; without limit when left out. */
  count?: number
  /** Only events of these types. */
  types?: string[]
}

interface DeliveryActions<E> {
  send(event: E): void
  drop(event: E): void
  delay(event: E, ms: number): void
}

interface FaultInjection<E> {
  accept(event: E): void
  configure(settings: WebhookSettings): void
  /** Sends the events that are being reordered. */
  flush(): void
}

const reorderWindowMs = 300
const defaultDelaySec = 5

export const createFaultInjection = <E extends { type: string }>(actions: DeliveryActions<E>): FaultInjection<E> => {
  let settings: WebhookSettings = { mode: 'deliver' }
  let timer: NodeJS.Timeout | null = null
  const reordered: E[] = []
  const flush = () => {
    if (timer) clearTimeout(timer)
    timer = null
    for (const event of reordered.splice(0).reverse()) actions.send(event)
  }
  const apply: Record<WebhookMode, (event: E, active: WebhookSettings) => void> = {
    deliver: actions.send,
    drop: actions.drop,
    delay: (event, { delaySec = defaultDelaySec }) => actions.delay(event, delaySec * 1000),
    duplicate: (event, { copies = 2 }) => {
      for (let copy = 0; copy < copies; copy++) actions.send(event)
    },
    reorder: (event) => {
      reordered.push(event)
      timer ??= setTimeout(flush, reorderWindowMs)
    },
  }
  return {
    accept: (event) => {
      const active = settings
      if (active.mode === 'deliver' || (active.types && !active.types.includes(event.type))) return actions.send(event)
      if (active.count !== undefined) settings = active.count <= 1 ? { mode: 'deliver' } : { ...active, count: active.count - 1 }
      apply[active.mode](event, active)
    },
    configure: (next) => {
      settings = { ...next }
      flush()
    },
    flush,
  }
}

/** A share of the cards that would pay is declined. */
export interface DeclineFault {
  setPercent(percent: number): void
  /** Whether the next card is declined. The percentage adds up, so that exactly that share is. */
  isNext(): boolean
}

export const createDeclineFault = (): DeclineFault => {
  let percent = 0
  let due = 0
  return {
    setPercent: (next) => {
      percent = next
      due = 0
    },
    isNext: () => {
      due += percent
      if (due < 100) return false
      due -= 100
      return true
    },
  }
}
