// Table of contents of the gateway. It owns no data.
import { defineService, type Service } from '@cartwright/service-kit'
import { config } from './config.ts'
import { closeDeps, drainDeps, openDeps, type Upstreams } from './deps.ts'
import {
  discardDeadLetter,
  getDeadLetter,
  listDeadLetters,
  redriveDeadLetter,
  replayEvents,
} from './features/dead-letters/routes.ts'
import { listOpenIssues } from './features/open-issues/route.ts'
import { measureCircuits } from './features/proxy/measure-circuits.ts'
import { onPriceRulesChanged } from './features/response-cache/on-price-rules-changed.ts'
import { onProductChanged } from './features/response-cache/on-product-changed.ts'
import { onStockChanged } from './features/response-cache/on-stock-changed.ts'
import { gatewayResponseHeaders } from './features/response-headers/response-headers.ts'
import { metrics } from './metrics.ts'
import { mountGateway } from './mount-gateway.ts'

/** Creates the gateway. @param given upstreams for services in this process; the gateway reaches the others at their URLs */
export const createGateway = (given: Upstreams = {}): Service =>
  defineService({
    name: 'gateway',
    config,
    deps: openDeps(given),
    drain: drainDeps,
    close: closeDeps,
    metrics,
    measurements: [measureCircuits],
    routes: [listDeadLetters, getDeadLetter, redriveDeadLetter, discardDeadLetter, replayEvents, listOpenIssues],
    responseHeaders: gatewayResponseHeaders,
    listeners: [onProductChanged, onStockChanged, onPriceRulesChanged],
    http: mountGateway,
  })
