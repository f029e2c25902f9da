// Planted defects in what clients meet: the gateway, idempotency keys, mails.
import { int, unit } from './holders.ts'
import type { Mutant } from './mutant.ts'

const kit = 'packages/service-kit/src'
const gateway = 'services/gateway/src'
const notification = 'services/notification/src'

const http: readonly Mutant[] = [
  {
    name: 'replay-without-body-hash',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A key that is used again with another body gets the answer of the first one.',
    file: `${kit}/idempotency.ts`,
    find: "if (stored.request_hash !== request.hash) throw new AppError('idempotency_key_reused')\n",
    replace: '\n',
    heldBy: int(`${kit}/idempotency.int.test.ts`, 'the order of members does not make it another request; another value does'),
  },
  {
    name: 'key-without-principal',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'Whoever sends somebody else’s key gets that person’s answer.',
    file: `${kit}/route.ts`,
    find: "scope: `${request.principal?.id ?? 'anonymous'}:${endpoint.operationId}`",
    replace: 'scope: `anonymous:${endpoint.operationId}`',
    heldBy: int(`${kit}/idempotency.int.test.ts`, 'keys belong to who sent them'),
  },
  {
    name: 'refusals-are-kept',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A refusal is stored under its key, so trying again with it can never succeed.',
    file: `${kit}/idempotency.ts`,
    find: 'if (answer.status >= 300)',
    replace: 'if (answer.status >= 600)',
    heldBy: int(`${kit}/idempotency.int.test.ts`, 'what failed or was refused is not kept: the same key may try again'),
  },
  {
    name: 'key-never-forgotten',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A key is replayed for ever instead of for 24 hours.',
    file: `${kit}/idempotency.ts`,
    find: 'created_at > ${db.dbNow} - INTERVAL 24 HOUR AS live',
    replace: 'created_at > ${db.dbNow} - INTERVAL 24 DAY AS live',
    heldBy: int(`${kit}/idempotency.int.test.ts`, 'a key is kept for 24 hours and forgotten afterwards'),
  },
  {
    name: 'internal-fields-leave',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'Answers are not cut to their contract, so columns that nobody declared reach the client.',
    file: `${kit}/route.ts`,
    find: "endpoint.produces === undefined || endpoint.produces === 'application/json' ? { ...endpoint.response } : {}",
    replace: "endpoint.produces === 'application/json' ? { ...endpoint.response } : {}",
    heldBy: int(`${kit}/http.int.test.ts`, 'fields that the contract does not declare never leave'),
  },
  {
    name: 'identity-header-passed-through',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A client names itself in a header that services could trust.',
    file: `${gateway}/headers.ts`,
    find: "  'x-user',\n",
    replace: '',
    heldBy: int(
      `${gateway}/forward-request/forward.int.test.ts`,
      'what a client claims about itself ends here, and the gateway says who called',
    ),
  },
  {
    name: 'internal-routes-mounted',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'The gateway mounts endpoints that only services may call.',
    file: `${gateway}/surface.ts`,
    find: ".filter((endpoint) => endpoint.auth !== 'internal')",
    replace: '',
    heldBy: unit(
      `${gateway}/surface.test.ts`,
      'holds every endpoint of the contracts that is not internal, once, below /v1 or /.well-known',
    ),
  },
  {
    name: 'cache-not-purged',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A product’s page shows the old price until its time is over.',
    file: `${gateway}/cache-answers/on-catalog-changed.ts`,
    find: 'purge(deps, [data.productId, listTag])',
    replace: 'purge(deps, [listTag])',
    heldBy: int(`${gateway}/cache-answers/cache.int.test.ts`, 'whoever has it already gets 304 without a body, until it changes'),
  },
  {
    name: 'late-answer-is-kept',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'An answer that was on its way when the product changed is kept as if it were new.',
    file: `${gateway}/cache-answers/answer-cache.ts`,
    find: 'const old = since < forgotten || tags.some((tag) => (purgedAt.get(tag) ?? 0) > since)',
    replace: 'const old = since < forgotten',
    heldBy: int(
      `${gateway}/cache-answers/cache.int.test.ts`,
      'an answer that was on its way when the product changed is not kept',
    ),
  },
  {
    name: 'circuit-never-opens',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A service that is away is connected to by every request.',
    file: `${gateway}/forward-request/circuit.ts`,
    find: 'if (failures < threshold) return true',
    replace: 'if (failures >= 0) return true',
    heldBy: unit(
      `${gateway}/forward-request/circuit.test.ts`,
      'opens after failed connections in a row and lets one probe pass after each pause',
    ),
  },
  {
    name: 'writes-are-repeated',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A POST whose connection broke is sent again, though the service may have carried it out.',
    file: `${gateway}/forward-request/remote.ts`,
    find: "const harmless = method === 'GET' && !started()",
    replace: 'const harmless = !started()',
    heldBy: int(
      `${gateway}/forward-request/remote.int.test.ts`,
      'that breaks a kept connection is asked again for a GET, and never for a POST',
    ),
  },
  {
    name: 'rate-limit-per-process',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'Each replica counts for itself, so a caller has as many budgets as there are replicas.',
    file: `${gateway}/limit-rate/limiter.ts`,
    find: "if (shared === null || rateClass === 'read' ||",
    replace: "if (shared === null || rateClass !== 'read' ||",
    heldBy: int(`${gateway}/limit-rate/limiter.int.test.ts`, 'two instances count together'),
  },
  {
    name: 'wrong-tokens-not-counted',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'Calls with a wrong token count against no limit.',
    file: `${gateway}/surface.ts`,
    find: 'await limit(request, reply, rateClass)\n    if (refusal) throw refusal.error',
    replace: 'if (refusal) throw refusal.error\n    await limit(request, reply, rateClass)',
    heldBy: int(
      `${gateway}/limit-rate/limiter.int.test.ts`,
      'strangers are counted by address, and wrong tokens count as strangers',
    ),
  },
]

const mails: readonly Mutant[] = [
  {
    name: 'mail-without-its-event',
    rule: 'R3',
    owner: 'notification',
    breaks: 'A mail is not known by the event that asked for it, so an event that is handled again sends it again.',
    file: `${notification}/message.ts`,
    find: 'event_id: cause.id,',
    replace: 'event_id: id,',
    heldBy: int(
      `${notification}/notification.int.test.ts`,
      'an event that comes again after its claim was forgotten makes no second mail',
    ),
  },
  {
    name: 'expired-code-is-sent',
    rule: 'R8',
    owner: 'notification',
    breaks: 'A code whose sealed life is over is mailed all the same.',
    file: `${notification}/deliver-mail/job.ts`,
    find: "if (isOver(opened?.expiresAt, deps)) return { state: 'expired', template }\n",
    replace: '\n',
    heldBy: int(
      `${notification}/deliver-mail/deliver-mail.int.test.ts`,
      'a code whose sealed life is over is not sent, whatever its event says',
    ),
  },
  {
    name: 'alerts-not-grouped',
    rule: 'R6',
    owner: 'notification',
    breaks: 'Every declined card is an alert of its own.',
    file: `${notification}/payment-trouble/collect-alerts.ts`,
    find: 'const batch = group.collecting ? group.batch : group.batch + 1',
    replace: 'const batch = group.batch + 1',
    heldBy: int(
      `${notification}/notification.int.test.ts`,
      'alerts of five minutes are one mail with a count, however many there are',
    ),
  },
]

export const edgeMutants: readonly Mutant[] = [...http, ...mails]
