// Builds the AsyncAPI 3.0 document of all events: CloudEvents 1.0 in binary mode over Kafka, one topic per publishing service.
import type { EventContract } from '../event.ts'
import { collectSchemas, type JsonObject, type SchemaCollection, sortedSchemas } from './schemas.ts'

interface AsyncApiOptions {
  events: readonly EventContract[]
  /** The services that read an event, by its name. */
  readers?: Readonly<Record<string, readonly string[]>>
}

const text = (description: string, more: JsonObject = {}): JsonObject => ({ type: 'string', description, ...more })

const headerSchema = (event: EventContract): JsonObject => ({
  type: 'object',
  required: [
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_subject',
    'ce_time',
    'ce_dataschema',
    'ce_sequence',
    'ce_correlationid',
    'traceparent',
  ],
  properties: {
    'content-type': { const: 'application/json' },
    ce_specversion: { const: '1.0' },
    ce_id: text('Unique; the same when an event is delivered again'),
    ce_type: { const: event.name },
    ce_source: { const: `/cartwright/${event.publisher}` },
    ce_subject: text(`Id of the ${event.aggregate}; also the record key`),
    ce_time: text('When it happened', { format: 'date-time' }),
    ce_dataschema: { const: `urn:cartwright:${event.name}:${event.version}` },
    ce_sequence: text(`Count of the events of this ${event.aggregate}`, { pattern: '^[0-9]+$' }),
    ce_correlationid: text('Shared by everything that one outside request caused'),
    ce_causationid: text('Id of the event that caused this one'),
    traceparent: text('W3C trace context', { pattern: '^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$' }),
  },
})

const messageOf = (event: EventContract, { refer }: SchemaCollection): JsonObject => ({
  name: event.name,
  title: event.name,
  summary: `Version ${event.version}, kept in order per ${event.aggregate}${event.external ? '; read by operators’ tools only' : ''}`,
  contentType: 'application/json',
  headers: headerSchema(event),
  payload: refer(event.data),
  bindings: { kafka: { key: { type: 'string', description: `\`${event.key}\` of the data` } } },
})

const channelName = (topic: string): string => topic.replace('.', '_')
const messageRef = (event: EventContract): JsonObject => ({
  $ref: `#/channels/${channelName(event.topic)}/messages/${event.name}`,
})

const operation = (action: 'send' | 'receive', service: string, topic: string, events: readonly EventContract[]): JsonObject => ({
  action,
  title: action === 'send' ? `${service} publishes` : `${service} reads ${topic}`,
  channel: { $ref: `#/channels/${channelName(topic)}` },
  messages: events.map(messageRef),
  tags: [{ name: service }],
})

/** The AsyncAPI 3.0 document. Sorted by topic, then as declared. */
export const asyncApi = ({ events, readers = {} }: AsyncApiOptions): JsonObject => {
  const byTopic = Map.groupBy(events, (event) => event.topic)
  const schemas = collectSchemas('#/components/schemas/')
  const channels: JsonObject = {}
  const operations: JsonObject = {}
  for (const [topic, ofTopic] of byTopic) {
    const publisher = ofTopic[0]?.publisher ?? ''
    channels[channelName(topic)] = {
      address: topic,
      title: topic,
      description: `What ${publisher} announces. Dead letters go to \`${topic}.dlq\`.`,
      messages: Object.fromEntries(ofTopic.map((event) => [event.name, messageOf(event, schemas)])),
      bindings: {
        kafka: { topic, partitions: 12, topicConfiguration: { 'cleanup.policy': ['delete'], 'retention.ms': 604_800_000 } },
      },
    }
    operations[`${publisher}_publishes`] = operation('send', publisher, topic, ofTopic)
    const services = [...new Set(ofTopic.flatMap((event) => readers[event.name] ?? []))].sort()
    for (const service of services) {
      operations[`${service}_reads_${channelName(topic)}`] = operation(
        'receive',
        service,
        topic,
        ofTopic.filter((event) => readers[event.name]?.includes(service)),
      )
    }
  }
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Cartwright events',
      version: '1.0.0',
      description:
        'CloudEvents 1.0, Kafka binding, binary mode. A request is a fact published by the asker, answered by a fact of the answerer.',
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      kafka: {
        host: 'localhost:9092',
        protocol: 'kafka',
        description: 'Distributed mode; embedded mode carries the same records in memory',
      },
    },
    channels,
    operations,
    components: { schemas: sortedSchemas(schemas) },
  }
}
