// What every service does the same way, over Fastify: contract → route, auth, problems, config, health, metrics, tracing, shutdown.

export { type AuditEntry, audit, changesOf } from './audit.ts'
export { accessAudience, type Principal } from './auth.ts'
export type { CallOptions, ServiceClient } from './client.ts'
export { type Caller, clientAddressOf, networkOf } from './client-address.ts'
export { type Clock, systemClock } from './clock.ts'
export {
  atLeastInProduction,
  ConfigError,
  type ConfigOf,
  type ConfigSpec,
  days,
  developmentOnly,
  type Environment,
  environmentVariable,
  flag,
  integer,
  isProduction,
  keyMaterial,
  readAllConfig,
  readConfig,
  redacted,
  type SharedConfig,
  secret,
  sharedSpec,
  text,
  textList,
  type Variable,
} from './config.ts'
export type { AnswerHeaders } from './http-server.ts'
export { type Answer, eraseAnswers } from './idempotency.ts'
export { createLogger, type Logger } from './logger.ts'
export type { Metrics } from './metrics.ts'
export { type CodeMaker, codeMaker } from './one-time-code.ts'
export type { IssueKind } from './open-issues.ts'
export { readOrderToken, signOrderToken } from './order-token.ts'
export { asAppError, problemOf, sendProblem } from './problem.ts'
export { type ProgramContext, ProgramError, program, type Running } from './program.ts'
export { microseconds, type Revocations } from './revocations.ts'
export { answer, authorize, type Route, type RouteRequest, route, traceOfRequest } from './route.ts'
export { run } from './run.ts'
export {
  auditSecurityEvent,
  recordSecurityEvent,
  type SecurityEvent,
  type SecurityFacts,
  securityEvents,
} from './security-events.ts'
export {
  type BaseDeps,
  defineService,
  type Erase,
  type RunningService,
  type Service,
  type ServiceDefinition,
  type ServiceName,
  type StartOptions,
} from './service.ts'
export { idle } from './start.ts'
export { type Turns, type TurnsOptions, turns } from './turns.ts'
export { hasBody } from './uploads.ts'
