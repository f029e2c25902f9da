// The pages and documents that the gateway answers itself.
import { Type } from 'typebox'
import { type Endpoint, endpoint } from '../endpoint.ts'

const Html = Type.String({ description: 'An HTML page' })

export const gatewayApi = {
  welcome: endpoint({
    operationId: 'welcome',
    method: 'GET',
    path: '/',
    auth: 'public',
    rate: 'read',
    summary: 'A start page with links',
    produces: 'text/html',
    response: { 200: Html },
    errors: [],
  }),
  document: endpoint({
    operationId: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    auth: 'public',
    rate: 'read',
    summary: 'This document',
    response: { 200: Type.Object({ openapi: Type.String() }, { additionalProperties: true }) },
    errors: [],
  }),
  checkoutReturn: endpoint({
    operationId: 'checkoutReturn',
    method: 'GET',
    path: '/checkout/return',
    auth: 'public',
    rate: 'read',
    summary: 'Where shoppers land after the hosted payment page: says how it went, offers to cancel and restore the cart',
    query: Type.Object({ order: Type.Optional(Type.String({ description: 'Order id' })) }),
    produces: 'text/html',
    response: { 200: Html },
    errors: [],
  }),
  orderPage: endpoint({
    operationId: 'orderPage',
    method: 'GET',
    path: '/orders/view',
    auth: 'public',
    rate: 'read',
    summary: 'The order of a ticket, as the links in mails open it: status, lines, totals, shipments, refunds and history',
    query: Type.Object({
      ticket: Type.Optional(Type.String({ description: 'From the link in the mail; it reads this one order' })),
    }),
    produces: 'text/html',
    response: { 200: Html, 404: Html, 503: Html },
    errors: [],
  }),
  undoEmail: endpoint({
    operationId: 'undoEmailPage',
    method: 'GET',
    path: '/account/undo-email',
    auth: 'public',
    rate: 'read',
    summary: 'Where the old mailbox undoes a change of address; the token stands in the fragment, and only the button acts',
    produces: 'text/html',
    response: { 200: Html },
    errors: [],
  }),
} satisfies Record<string, Endpoint>
