// Public API of service-kit: what every service does the same way, over Fastify.

export { accessAudience } from './auth/access-tokens.ts'
export { internalAuth } from './auth/internal-auth.ts'
export { type CodeMaker, codeMaker } from './auth/one-time-code.ts'
export { readOrderToken, signOrderToken } from './auth/order-token.ts'
export type { Principal } from './auth/principal.ts'
export { microseconds } from './auth/revocations.ts'
export {
  auditSecurityEvent,
  recordSecurityEvent,
  type SecurityEvent,
} from './auth/security-events.ts'
export {
  ConfigError,
  type Environment,
  environmentVariable,
  isProduction,
  readAllConfig,
  readConfig,
  sharedSpec,
} from './config.ts'
export {
  databaseTlsSpec,
  elasticsearchAccess,
  logEngineErrors,
  readTlsFile,
  redisTls,
  secureDatabaseUrl,
  tlsFile,
} from './engine-security.ts'
export { forService } from './for-service.ts'
export { type AdmissionQueue, createAdmissionQueue } from './http/admission-queue.ts'
export { authorize, isStillAuthorized } from './http/authorize.ts'
export { type Caller, clientAddressOf, networkOf } from './http/client-address.ts'
export { idleConnectionMs } from './http/connections.ts'
export { listCreatedReplies } from './http/created-replies.ts'
export {
  createEventStreams,
  type EventStream,
  type EventStreams,
  eventStreamMetrics,
} from './http/event-streams.ts'
export type { ResponseHeaders } from './http/http-server.ts'
export { reply } from './http/reply.ts'
export type { RouteRequest } from './http/route.ts'
export { hasBody } from './http/uploads.ts'
export { type Clock, systemClock } from './lifecycle/clock.ts'
export type { BaseDeps, Erase, RunningService, Service, StartOptions } from './lifecycle/definition.ts'
export { hardExitMs, type ProgramContext, ProgramError, program, type Running } from './lifecycle/program.ts'
export { run } from './lifecycle/run.ts'
export { defineService } from './lifecycle/service.ts'
export { startTracing, type Tracing } from './lifecycle/tracing.ts'
export { waitUntilIdle } from './lifecycle/wait-until-idle.ts'
export { audit, changesOf } from './operations/audit.ts'
export type { IssueKind } from './operations/open-issues.ts'
export { openTaxProvider, taxProviderSpec } from './tax/http-tax-provider.ts'
export { findTaxedRules, type TaxProvider } from './tax/tax-provider.ts'
export {
  atLeastInProduction,
  type ConfigOf,
  type ConfigSpec,
  days,
  developmentOnly,
  flag,
  integer,
  keyMaterial,
  portsOf,
  secret,
  text,
  textList,
  type Variable,
} from './variables.ts'
