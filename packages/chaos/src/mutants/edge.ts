// Mutants in the gateway, in idempotency keys and in mails.
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
    breaks: 'A key that is reused with another body gets the answer of the first request.',
    file: `${kit}/http/idempotency.ts`,
    find: "if (stored.request_hash !== request.hash) throw new AppError('idempotency_key_reused')\n",
    replace: '\n',
    heldBy: int(
      `${kit}/http/idempotency.int.test.ts`,
      'a request with another order of members is the same request, one with another value is not',
    ),
  },
  {
    name: 'drain-keeps-connections',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A service that stops keeps the connection of a request in progress, and closes it under the next one.',
    file: `${kit}/http/connections.ts`,
    find: 'for (const response of busy.values()) response.shouldKeepAlive = false',
    replace: '',
    heldBy: int(
      `${kit}/lifecycle/life.int.test.ts`,
      'a stop reports not ready, serves requests in flight, then closes; a second stop waits for the first',
    ),
  },
  {
    name: 'key-without-principal',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A client that sends the key of another client gets that client’s answer.',
    file: `${kit}/http/mount.ts`,
    find: "scope: `${request.principal?.id ?? 'anonymous'}:${endpoint.operationId}`",
    replace: 'scope: `anonymous:${endpoint.operationId}`',
    heldBy: int(`${kit}/http/idempotency.int.test.ts`, 'idempotency keys belong to the principal who sent them'),
  },
  {
    name: 'refusals-are-kept',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A refusal is stored under its key, so trying again with it can never succeed.',
    file: `${kit}/http/idempotency.ts`,
    find: 'if (made.status >= 300)',
    replace: 'if (made.status >= 600)',
    heldBy: int(`${kit}/http/idempotency.int.test.ts`, 'a failed or refused request is not stored: its key may be used again'),
  },
  {
    name: 'key-never-forgotten',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'A key is replayed for ever instead of for 24 hours.',
    file: `${kit}/http/idempotency.ts`,
    find: 'created_at > ${db.dbNow} - INTERVAL 24 HOUR AS live',
    replace: 'created_at > ${db.dbNow} - INTERVAL 24 DAY AS live',
    heldBy: int(`${kit}/http/idempotency.int.test.ts`, 'an idempotency key is kept for 24 hours'),
  },
  {
    name: 'internal-fields-leave',
    rule: 'R7',
    owner: 'service-kit',
    breaks: 'Answers are not reduced to their contract, so internal columns reach the client.',
    file: `${kit}/http/mount.ts`,
    find: "endpoint.produces === undefined || endpoint.produces === 'application/json' ? { ...endpoint.response } : {}",
    replace: "endpoint.produces === 'application/json' ? { ...endpoint.response } : {}",
    heldBy: int(`${kit}/http/http.int.test.ts`, 'fields that the contract does not declare are cut from responses'),
  },
  {
    name: 'identity-header-passed-through',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A client can send an identity header that services might trust.',
    file: `${gateway}/domain/headers.ts`,
    find: "  'x-user',\n",
    replace: '',
    heldBy: int(
      `${gateway}/features/proxy/forward.int.test.ts`,
      'identity headers of the client are removed, and the gateway sets its own',
    ),
  },
  {
    name: 'internal-routes-mounted',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'The gateway mounts endpoints that only services may call.',
    file: `${gateway}/features/proxy/routes.ts`,
    find: ".filter((endpoint) => endpoint.auth !== 'internal')",
    replace: '',
    heldBy: unit(
      `${gateway}/features/proxy/routes.test.ts`,
      'holds every endpoint of the contracts that is not internal, once, below /v1 or /.well-known',
    ),
  },
  {
    name: 'cache-not-purged',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A product page shows the old price until its cache entry expires.',
    file: `${gateway}/features/response-cache/on-product-changed.ts`,
    find: 'purgeTwice(deps, [data.productId, listTag])',
    replace: 'purgeTwice(deps, [listTag])',
    heldBy: int(
      `${gateway}/features/response-cache/cache.int.test.ts`,
      'a client that has the current version gets 304 without a body until the product changes',
    ),
  },
  {
    name: 'late-answer-is-kept',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'An answer that was read before the product changed is cached after the change.',
    file: `${gateway}/domain/response-cache.ts`,
    find: 'since < forgottenUntil || tags.some((tag) => (purgedAt.get(tag) ?? 0) > since)',
    replace: 'since < forgottenUntil',
    heldBy: int(
      `${gateway}/features/response-cache/cache.int.test.ts`,
      'a response that was under way when the product changed is not cached',
    ),
  },
  {
    name: 'circuit-never-opens',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'Every request tries to connect to a service that is down.',
    file: `${gateway}/integrations/http-upstream.ts`,
    find: 'if (connectErrorCodes.has(code)) breaker.recordFailure()',
    replace: 'if (connectErrorCodes.has(code)) breaker.recordSuccess()',
    heldBy: int(
      `${gateway}/integrations/http-upstream.int.test.ts`,
      'that is down is 503 with Retry-After until it is back, while other services respond',
    ),
  },
  {
    name: 'writes-are-repeated',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'A POST whose connection broke is sent again, although the service may have processed it.',
    file: `${gateway}/integrations/http-upstream.ts`,
    find: "const isRepeatable = brokenConnectionCodes.has(code) && method === 'GET' && !hasStarted()",
    replace: 'const isRepeatable = brokenConnectionCodes.has(code) && !hasStarted()',
    heldBy: int(
      `${gateway}/integrations/http-upstream.int.test.ts`,
      'that breaks a kept-alive connection gets a GET again and never a POST',
    ),
  },
  {
    name: 'rate-limit-per-process',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'Each gateway replica counts on its own, so a caller has one rate limit per replica.',
    file: `${gateway}/features/rate-limit/limiter.ts`,
    find: "if (shared === null || rateClass === 'read' ||",
    replace: "if (shared === null || rateClass !== 'read' ||",
    heldBy: int(`${gateway}/features/rate-limit/limiter.int.test.ts`, 'two instances share one limit per caller'),
  },
  {
    name: 'wrong-tokens-not-counted',
    rule: 'R7',
    owner: 'gateway',
    breaks: 'Requests with an invalid token are not rate limited.',
    file: `${gateway}/features/proxy/routes.ts`,
    find: 'await limit(request, reply, rateClass)\n    if (refusal) throw refusal.error',
    replace: 'if (refusal) throw refusal.error\n    await limit(request, reply, rateClass)',
    heldBy: int(
      `${gateway}/features/rate-limit/limiter.int.test.ts`,
      'unauthenticated calls and calls with an invalid token are counted by address',
    ),
  },
]

const mails: readonly Mutant[] = [
  {
    name: 'mail-without-its-event',
    rule: 'R3',
    owner: 'notification',
    breaks: 'A mail is not tied to its event, so an event that is handled twice sends it twice.',
    file: `${notification}/domain/message.ts`,
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
    breaks: 'A code is mailed after it has expired.',
    file: `${notification}/features/send-mail/job.ts`,
    find: "if (isOver(opened?.expiresAt, deps)) return { state: 'expired', template }\n",
    replace: '\n',
    heldBy: int(
      `${notification}/features/send-mail/job.int.test.ts`,
      'a code whose sealed expiry has passed is not sent, whatever its event says',
    ),
  },
  {
    name: 'alerts-not-grouped',
    rule: 'R6',
    owner: 'notification',
    breaks: 'Every declined card causes an alert of its own.',
    file: `${notification}/features/payment-failure-alerts/record-failure.ts`,
    find: 'const batch = group.collecting ? group.batch : group.batch + 1',
    replace: 'const batch = group.batch + 1',
    heldBy: int(
      `${notification}/notification.int.test.ts`,
      'alerts of five minutes are one mail with a count, however many there are',
    ),
  },
]

export const edgeMutants: readonly Mutant[] = [...http, ...mails]
