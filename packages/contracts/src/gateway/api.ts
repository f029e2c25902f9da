// The pages and documents that the gateway answers itself.
import { Type } from 'typebox'
import { Locale } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleIds, exampleNumber, exampleToken } from '../examples.ts'

/** Selects the language; without it `Accept-Language` does. */
const locale = Type.Optional(Locale)
const Html = Type.String({ description: 'An HTML page' })
const page = { auth: 'public', method: 'GET', rate: 'read', produces: 'text/html', success: 200, errors: [] } as const
const htmlExample = (title: string): string =>
  `<!doctype html>\n<html lang="en"><head><title>${title}</title></head><body>…</body></html>`

export const gatewayApi = {
  welcome: endpoint({
    ...page,
    operationId: 'welcome',
    path: '/',
    summary: 'Open the start page',
    description: 'Returns a page with links to this reference and, in development, to the mailbox and the Stripe sandbox.',
    response: { 200: Html },
    examples: { response: htmlExample('Cartwright') },
  }),
  document: endpoint({
    operationId: 'getOpenApi',
    method: 'GET',
    path: '/openapi.json',
    auth: 'public',
    rate: 'read',
    summary: 'Get this document',
    description: 'Returns the OpenAPI document of the whole public surface; clients can be generated from it.',
    success: 200,
    response: { 200: Type.Object({ openapi: Type.String() }, { additionalProperties: true }) },
    errors: [],
    examples: { response: { openapi: '3.1.0', info: { title: 'Cartwright', version: '1.0.0' } } },
  }),
  checkoutReturn: endpoint({
    ...page,
    operationId: 'checkoutReturn',
    path: '/checkout/return',
    summary: 'Return from paying',
    description:
      'Returns the page on which shoppers land after the hosted payment page. It says how paying went and offers to cancel and restore the cart.',
    query: Type.Object({ order: Type.Optional(Type.String({ description: 'Order id' })), locale }),
    response: { 200: Html },
    examples: { query: { order: exampleIds.order }, response: htmlExample('Your order') },
  }),
  orderPage: endpoint({
    ...page,
    operationId: 'orderPage',
    path: '/orders/view',
    summary: 'Open an order’s page',
    description:
      'Returns the page of one order that links in mails open: status, lines, totals, shipments, refunds and history. It needs the ticket of the link. `locale` selects the language, then `Accept-Language`, then the locale of the order.',
    query: Type.Object({
      ticket: Type.Optional(Type.String({ description: 'From the link in the mail; it reads this one order' })),
      locale,
    }),
    response: { 200: Html, 404: Html, 503: Html },
    examples: { query: { ticket: exampleToken }, response: htmlExample('Your order') },
  }),
  withdrawalPage: endpoint({
    ...page,
    operationId: 'withdrawalPage',
    path: '/orders/withdraw',
    summary: 'Open the withdrawal form',
    description:
      'Returns the form by which customers withdraw from the contract about an order, in two steps and without an account or scripts. It makes the calls below `/v1/withdrawals`. `number` fills in the number of the order.',
    query: Type.Object({ number: Type.Optional(Type.String()), locale }),
    response: { 200: Html },
    examples: { query: { number: exampleNumber }, response: htmlExample('Withdraw from a contract') },
  }),
  errorPage: endpoint({
    ...page,
    operationId: 'errorPage',
    path: '/errors/:code',
    summary: 'Open an error’s page',
    description:
      'Returns the page of an error code, the address in `type` of a problem: what it means, what a client does about it, and what its problems hold. `locale` selects the language, then `Accept-Language`. The page of an unknown code has the status 404.',
    params: Type.Object({ code: Type.String({ description: '`code` of a problem' }) }),
    query: Type.Object({ locale }),
    response: { 200: Html, 404: Html },
    examples: { params: { code: 'out_of_stock' }, response: htmlExample('Error: Not enough stock') },
  }),
  undoEmail: endpoint({
    ...page,
    operationId: 'undoEmailPage',
    path: '/account/undo-email',
    summary: 'Open the undo page',
    description:
      'Returns the page on which the owner of the old address undoes a change of address. The token stands in the fragment of the link, and only the button of the page uses it.',
    query: Type.Object({ locale }),
    response: { 200: Html },
    examples: { response: htmlExample('Undo the change') },
  }),
} satisfies Record<string, Endpoint>
