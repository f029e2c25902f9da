// Withdrawal from a contract of distance selling: two public steps without signing in, a receipt, and the queue of the operators.
import { type Static, Type } from 'typebox'
import { Closed, Email, Nullable, named, Page, pageQuery, Text, Time } from '../common.ts'
import { type Endpoint, endpoint } from '../endpoint.ts'
import { exampleEmail, exampleIds, exampleNumber, examplePage, exampleTime } from '../examples.ts'
import { OrderId, WithdrawalId } from './lines.ts'
import { OrderNumber } from './schemas.ts'
import { FulfilmentStatus, OrderStatus, ReturnStatus, WithdrawalState } from './status.ts'

/** What the customer has in hand: the mail holds the same text. */
export const WithdrawalReceipt = named(
  'WithdrawalReceipt',
  Type.Object({
    withdrawalId: WithdrawalId,
    number: Type.String(),
    receivedAt: Time,
    receipt: Type.String({ description: 'Text of the receipt, in the language of the order; it never changes' }),
  }),
)
export type WithdrawalReceipt = Static<typeof WithdrawalReceipt>

/** A withdrawal as operators see it, with what has become of its order. */
export const Withdrawal = named(
  'Withdrawal',
  Type.Object({
    id: WithdrawalId,
    orderId: OrderId,
    orderNumber: Type.String(),
    state: WithdrawalState,
    orderStatus: OrderStatus,
    fulfilmentStatus: FulfilmentStatus,
    returnStatus: ReturnStatus,
    receivedAt: Time,
    receipt: Type.String(),
    handledAt: Nullable(Time),
    handledBy: Nullable(Type.String()),
    note: Nullable(Type.String()),
  }),
)
export type Withdrawal = Static<typeof Withdrawal>

const receipt: WithdrawalReceipt = {
  withdrawalId: 'wdr_01m8mk6n1q4f1s1t3b0b1h3c9k',
  number: exampleNumber,
  receivedAt: exampleTime(10, 55),
  receipt: `We have received your withdrawal from the contract about order ${exampleNumber}.\nReceived: November 29, 2026 at 9:55:10 PM UTC\n…`,
}
const open: Withdrawal = {
  id: receipt.withdrawalId,
  orderId: exampleIds.order,
  orderNumber: exampleNumber,
  state: 'open',
  orderStatus: 'delivered',
  fulfilmentStatus: 'delivered',
  returnStatus: 'requested',
  receivedAt: receipt.receivedAt,
  receipt: receipt.receipt,
  handledAt: null,
  handledBy: null,
  note: null,
}
const note = 'The parcel is on its way back'
const claim = { number: OrderNumber, email: Email }
const exampleClaim = { number: exampleNumber, email: exampleEmail }

export const withdrawalApi = {
  requestWithdrawal: endpoint({
    operationId: 'requestWithdrawal',
    method: 'POST',
    path: '/v1/withdrawals',
    auth: 'public',
    rate: 'auth',
    summary: 'Begin a withdrawal',
    description:
      'Mails a six-digit code to the address of an order, the first step of withdrawing from its contract. No account and no reason is needed. The answer is the same whether such an order exists or not.',
    body: Closed(claim),
    success: 202,
    response: { 202: Type.Object({ status: Type.Literal('accepted') }) },
    errors: ['rate_limited'],
    examples: { body: exampleClaim, response: { status: 'accepted' } },
  }),
  confirmWithdrawal: endpoint({
    operationId: 'confirmWithdrawal',
    method: 'POST',
    path: '/v1/withdrawals/confirm',
    auth: 'public',
    rate: 'auth',
    summary: 'Withdraw from an order',
    description:
      'Withdraws from the whole order with the mailed code and mails the receipt. It is possible before shipping and until the days after the delivery are over. What is not shipped is cancelled, shipped goods get an approved return; a call that is repeated with the same code, while it is valid, or with a new one answers with the first receipt.',
    body: Closed({ ...claim, code: Type.String({ pattern: '^[0-9]{6}$' }) }),
    success: 200,
    response: { 200: WithdrawalReceipt },
    errors: ['otp_invalid', 'withdrawal_not_possible', 'rate_limited'],
    examples: { body: { ...exampleClaim, code: '493027' }, response: receipt },
  }),
  adminListWithdrawals: endpoint({
    operationId: 'adminListWithdrawals',
    method: 'GET',
    path: '/v1/admin/withdrawals',
    auth: 'admin',
    rate: 'read',
    summary: 'List all withdrawals',
    description: 'Returns withdrawals, newest first; `state=open` lists those that no operator has dealt with.',
    query: Closed({ ...pageQuery, state: Type.Optional(WithdrawalState), orderId: Type.Optional(OrderId) }),
    success: 200,
    response: { 200: Page(Withdrawal) },
    errors: [],
    examples: { query: { state: 'open', limit: 20 }, response: examplePage(open) },
  }),
  handleWithdrawal: endpoint({
    operationId: 'handleWithdrawal',
    method: 'POST',
    path: '/v1/admin/withdrawals/:withdrawalId/handle',
    auth: 'admin',
    idempotent: true,
    rate: 'write',
    summary: 'Close a withdrawal',
    description: 'Takes a withdrawal out of the queue, with a note. One that was handled already stays as it is.',
    params: Closed({ withdrawalId: WithdrawalId }),
    body: Type.Optional(Closed({ note: Type.Optional(Text(500)) })),
    success: 200,
    response: { 200: Withdrawal },
    errors: ['not_found'],
    examples: {
      params: { withdrawalId: open.id },
      body: { note },
      response: { ...open, state: 'handled', handledAt: exampleTime(30, 58), handledBy: exampleIds.operator, note },
    },
  }),
} satisfies Record<string, Endpoint>
