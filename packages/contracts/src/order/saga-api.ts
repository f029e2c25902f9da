// What operators do with checkout sagas: inspect, retry, compensate.
import { Type } from 'typebox'
import { Closed, Text } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { orderExamples } from './examples.ts'
import { orderParams, Saga } from './schemas.ts'

export const sagaApi = {
  getSaga: endpoint({
    operationId: 'adminGetSaga',
    method: 'GET',
    path: '/v1/admin/sagas/:orderId',
    auth: 'admin',
    rate: 'read',
    summary: 'Inspect a checkout',
    description:
      'Returns the state of an order’s checkout saga, what it waits for, every step so far, and the events that it sent and received. `actions` lists what an operator may ask for now.',
    params: orderParams,
    success: 200,
    response: { 200: Saga },
    errors: ['not_found'],
    examples: { params: orderExamples.params, response: orderExamples.saga },
  }),
  retrySaga: endpoint({
    operationId: 'adminRetrySaga',
    method: 'POST',
    path: '/v1/admin/sagas/:orderId/retry',
    auth: 'admin',
    rate: 'write',
    summary: 'Retry a checkout step',
    description: 'Sends the request that the checkout waits for once more. Asking twice has the effect of asking once.',
    params: orderParams,
    body: Type.Optional(Closed({ reason: Type.Optional(Text(500)) })),
    success: 200,
    response: { 200: Saga },
    errors: ['not_found', 'order_state'],
    examples: {
      params: orderExamples.params,
      body: { reason: 'Stripe had an incident' },
      response: orderExamples.saga,
    },
  }),
  compensateSaga: endpoint({
    operationId: 'adminCompensateSaga',
    method: 'POST',
    path: '/v1/admin/sagas/:orderId/compensate',
    auth: 'admin',
    rate: 'write',
    summary: 'Undo a checkout',
    description:
      'Ends a checkout now: the order is cancelled, its stock is released and its payment page closes. Money that arrives later is refunded.',
    params: orderParams,
    body: Closed({ reason: Text(500) }),
    success: 200,
    response: { 200: Saga },
    errors: ['not_found', 'order_state'],
    examples: {
      params: orderExamples.params,
      body: { reason: 'The customer called to cancel' },
      response: orderExamples.compensatedSaga,
    },
  }),
} satisfies Record<string, Endpoint>
