// Declaration of the log lines: their datasets and fields. Documents, the index template and tests are held to it.

/** Value of `event.dataset` → what one of its lines says, and the fields that each of its lines has beside those of every line. */
export const logDatasets = {
  'cartwright.request': {
    about: 'One HTTP request that a service answered; probes are left out',
    fields: [
      'event.action',
      'event.outcome',
      'event.duration',
      'http.request.method',
      'http.route',
      'http.response.status_code',
      'http.request.id',
      'trace.id',
    ],
  },
  'cartwright.event': {
    about: 'One delivery of an event to a consumer',
    fields: ['event.action', 'event.outcome', 'event.duration', 'event.id', 'http.request.id', 'trace.id'],
  },
  'cartwright.job': {
    about: 'One run of a job',
    fields: ['event.action', 'event.outcome', 'event.duration', 'http.request.id', 'trace.id'],
  },
  'cartwright.security': {
    about: 'One security event: a failed sign-in, a refused code, a denied access, a change of an account',
    fields: ['event.action'],
  },
  'cartwright.app': { about: 'Any other line: a step of a saga, a start, a warning, an error', fields: [] },
} as const satisfies Record<string, { about: string; fields: readonly string[] }>

/** Indexed field → its type in Elasticsearch, and its meaning. */
export const logFields = {
  '@timestamp': { type: 'date', about: 'Time of the line, UTC' },
  message: { type: 'text', about: 'Component, what happened, and what an operator can do' },
  'log.level': { type: 'keyword', about: '`info`, `warn`, `error` or `fatal`; `LOG_LEVEL` is the lowest that is written' },
  'ecs.version': { type: 'keyword', about: 'Version of the schema' },
  'service.name': { type: 'keyword', about: 'Service that wrote the line' },
  'labels.order_id': { type: 'keyword', about: 'Order that the line concerns, whatever service wrote it' },
  'trace.id': { type: 'keyword', about: 'Trace of the work, also across events and jobs' },
  'http.request.id': {
    type: 'keyword',
    about:
      'Id of the request that caused the work, `x-request-id` of its response; when a client chose it in words, only the lines of requests have it, and the others the id of the trace',
  },
  'http.request.method': { type: 'keyword', about: 'Method of the request' },
  'http.route': { type: 'keyword', about: 'Pattern of the path; the path itself may hold personal data' },
  'http.response.status_code': { type: 'short', about: 'Status of the response' },
  'event.dataset': { type: 'keyword', about: 'Kind of the line, as in the table above' },
  'event.action': {
    type: 'keyword',
    about: 'Operation id of a request, type of an event, kind of a job, name of a security event',
  },
  'event.outcome': { type: 'keyword', about: '`success` or `failure`' },
  'event.duration': { type: 'long', about: 'Nanoseconds' },
  'event.id': { type: 'keyword', about: 'Id of the event' },
  'user.id': { type: 'keyword', about: 'Caller of the request, or user of the security event' },
  'user.roles': { type: 'keyword', about: 'Role of the caller' },
  'client.address': { type: 'keyword', about: 'Address of the caller; security events only' },
  'error.type': { type: 'keyword', about: 'Class of the error' },
  'error.code': { type: 'keyword', about: 'Code of the error, such as `ECONNRESET`' },
  'error.message': { type: 'text', about: 'Message of the error' },
  'error.stack_trace': { type: 'keyword', about: 'Stack with causes; stored, not searched' },
} as const satisfies Record<string, { type: string; about: string }>

/** Fields of every line. */
export const fieldsOfEveryLine = ['@timestamp', 'log.level', 'message', 'service.name', 'event.dataset'] as const
