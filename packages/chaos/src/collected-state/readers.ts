// Consumer groups by event type, from the declarations of the services, so that a new consumer is checked automatically.
import { allEvents } from '@cartwright/contracts'
import { allServices } from '@cartwright/shop'
import type { Reader } from './rows.ts'

/** Consumer groups by event type. */
export const readersByType = (): Readonly<Record<string, readonly Reader[]>> =>
  Object.fromEntries(
    allEvents.map((event): [string, Reader[]] => [
      event.name,
      allServices
        .filter((service) => service.consumes.includes(event.name))
        .flatMap((service) =>
          Object.entries(service.groups)
            .filter(([, topics]) => topics.includes(event.topic))
            .map(([consumer]) => ({ owner: service.name, consumer })),
        ),
    ]),
  )
