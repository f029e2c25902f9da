// Ways for webhooks to go wrong, when a test or a curious person asks for them.

export type WebhookMode = 'deliver' | 'delay' | 'duplicate' | 'reorder' | 'drop'

export interface WebhookSettings {
  mode: WebhookMode
  /** Seconds, for `delay`. */
  delaySec?: number
  /** How often `duplicate` sends each event; 2 when left out. */
  copies?: number
  /** How many events the mode holds for; for ever when left out. */
  count?: number
  /** Only events of these types. */
  types?: string[]
}

interface Ways<E> {
  send(event: E): void
  drop(event: E): void
  delay(event: E, ms: number): void
}

export interface Disturbance<E> {
  pass(event: E): void
  configure(settings: WebhookSettings): void
  /** Sends what is being shuffled. */
  flush(): void
}

const reorderWindowMs = 300
const defaultDelaySec = 5

export const disturbance = <E extends { type: string }>(ways: Ways<E>): Disturbance<E> => {
  let settings: WebhookSettings = { mode: 'deliver' }
  let timer: NodeJS.Timeout | null = null
  const shuffled: E[] = []
  const flush = () => {
    if (timer) clearTimeout(timer)
    timer = null
    for (const event of shuffled.splice(0).reverse()) ways.send(event)
  }
  const apply: Record<WebhookMode, (event: E, how: WebhookSettings) => void> = {
    deliver: ways.send,
    drop: ways.drop,
    delay: (event, { delaySec = defaultDelaySec }) => ways.delay(event, delaySec * 1000),
    duplicate: (event, { copies = 2 }) => {
      for (let copy = 0; copy < copies; copy++) ways.send(event)
    },
    reorder: (event) => {
      shuffled.push(event)
      timer ??= setTimeout(flush, reorderWindowMs)
    },
  }
  return {
    pass: (event) => {
      const how = settings
      if (how.mode === 'deliver' || (how.types && !how.types.includes(event.type))) return ways.send(event)
      if (how.count !== undefined) settings = how.count <= 1 ? { mode: 'deliver' } : { ...how, count: how.count - 1 }
      apply[how.mode](event, how)
    },
    configure: (next) => {
      settings = { ...next }
      flush()
    },
    flush,
  }
}
