// What notification's tests share: a real SMTP server to talk to, sealed codes, and what events say.
import type { AddressInfo } from 'node:net'
import { type DataOf, type EventContract, identityEvents, orderEvents, paymentEvents } from '@cartwright/contracts'
import { codeMaker } from '@cartwright/service-kit'
import type { UnderTest } from '@cartwright/testing'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface Mail {
  to: string
  subject: string
  text: string
  html: string
  messageId: string
}

export interface MailServer {
  url: string
  /** What it took, oldest first. */
  mails: Mail[]
  mailsTo(address: string): Mail[]
  /** Replies with this code to every recipient or every message; null lets all through. */
  refuse(what: { recipient?: number; message?: number } | null): void
  stop(): Promise<void>
  /** Listens again where it did before. */
  resume(): Promise<void>
}

const mailOf = (parsed: ParsedMail): Mail => ({
  to: [parsed.to].flat()[0]?.value[0]?.address ?? '',
  subject: parsed.subject ?? '',
  text: parsed.text ?? '',
  html: parsed.html || '',
  messageId: parsed.messageId ?? '',
})

const refusal = (code: number, text: string) => Object.assign(new Error(text), { responseCode: code })

/** A mail server on a loopback port that keeps what it gets. */
export const mailServer = async (): Promise<MailServer> => {
  const mails: Mail[] = []
  let refusing: { recipient?: number; message?: number } | null = null
  let port = 0
  const listen = async () => {
    const server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      disableReverseLookup: true,
      closeTimeout: 200,
      onRcptTo: ({ address }, _, done) =>
        done(refusing?.recipient ? refusal(refusing.recipient, `<${address}> is not taken`) : null),
      onData: (stream, _, done) => {
        simpleParser(stream).then((parsed) => {
          if (refusing?.message) return done(refusal(refusing.message, 'not taken'))
          mails.push(mailOf(parsed))
          done()
        }, done)
      },
    })
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve))
    port = (server.server.address() as AddressInfo).port
    return server
  }
  let server = await listen()
  return {
    url: `smtp://127.0.0.1:${port}`,
    mails,
    mailsTo: (address) => mails.filter(({ to }) => to === address),
    refuse: (what) => {
      refusing = what
    },
    stop: () => new Promise((resolve) => server.close(() => resolve())),
    resume: async () => {
      server = await listen()
    },
  }
}

/** Seals a code as identity and order do. */
export const seal = async (publicJwk: string, code: string, expiresAt: Date): Promise<string> =>
  (await codeMaker('unused here', publicJwk)).seal(code, expiresAt)

export const alice = { email: 'alice@example.com', name: 'Alice <Archer>' }
export const userId = 'usr_alice00001'
export const orderId = 'ord_0000000001'
const at = '2026-03-04T09:30:00.000Z'
const eur = (amountMinor: number) => ({ amountMinor, currency: 'EUR' })
const order = { orderId, number: 'CW-7QK4-XH2P', recipient: alice, locale: 'en' }
const payment = { ...order, paymentId: 'pay_0000000001' }

export const lines = [
  { sku: 'MUG-BLUE', name: 'Stoneware mug & saucer', quantity: 2, unitPrice: eur(1450), lineTotal: eur(2900) },
  { sku: 'TEA-100', name: 'Assam tea, 100 g', quantity: 1, unitPrice: eur(690), lineTotal: eur(690) },
]
export const totals = { subtotal: eur(3590), shipping: eur(0), tax: eur(0), discount: eur(0), total: eur(3590) }
const cancelled = {
  ...order,
  principal: { id: userId, role: 'customer' as const },
  cartId: 'crt_0000000001',
  currency: 'EUR',
  lines,
  totals,
}

export const verified = { userId, recipient: alice, locale: 'en' }
export const confirmed = { ...order, lines, totals }
export const shipped = {
  ...order,
  shipmentId: 'shp_1',
  carrier: 'Post',
  trackingNumber: 'TR-1',
  lines: [{ sku: 'TEA-100', name: 'Assam tea, 100 g', quantity: 1 }],
}
export const delivered = { ...order, at }
export const unpaidAndCancelled = { ...cancelled, reason: 'payment_expired' as const, paid: false }
export const paidAndCancelled = { ...cancelled, reason: 'operator' as const, paid: true }
export const refunded = {
  ...payment,
  refundId: 'rfd_0000000001',
  amount: eur(690),
  refundedTotal: eur(690),
  captured: eur(3590),
  origin: 'order' as const,
}

/** An event with what it says and the template it leads to. */
const news = <E extends EventContract>(event: E, template: string, data: DataOf<E>) => ({
  name: event.name,
  template,
  deliverTo: (t: UnderTest, options: { twice?: boolean } = {}) => t.receive(event, data, options),
})

/** Every event without a code that makes one mail for the customer. */
export const customerNews = [
  news(identityEvents.customerVerified, 'welcome', verified),
  news(identityEvents.passwordChanged, 'password-changed', { ...verified, at }),
  news(orderEvents.confirmed, 'order-confirmed', confirmed),
  news(orderEvents.shipped, 'order-shipped', shipped),
  news(orderEvents.delivered, 'order-delivered', delivered),
  news(orderEvents.cancelled, 'order-cancelled', unpaidAndCancelled),
  news(paymentEvents.refundSucceeded, 'refund-succeeded', refunded),
]

/** Every event that makes one alert of its own. */
export const adminNews = [
  news(paymentEvents.refundFailed, 'alert-refund-failed', {
    ...payment,
    refundId: 'rfd_0000000001',
    amount: eur(690),
    reason: 'expired_or_canceled_card',
  }),
  news(paymentEvents.reviewRequired, 'alert-review-required', { ...payment, expected: eur(3590), got: eur(3500) }),
  news(paymentEvents.disputeOpened, 'alert-dispute-opened', {
    ...payment,
    disputeId: 'dp_1',
    amount: eur(3590),
    reason: 'fraudulent',
    dueAt: at,
  }),
  news(paymentEvents.disputeClosed, 'alert-dispute-closed', {
    ...payment,
    disputeId: 'dp_1',
    amount: eur(3590),
    outcome: 'lost',
  }),
]

export const emailChanged = { userId, recipient: { email: 'alice@new.example' }, previousRecipient: alice, locale: 'en', at }
export const declined = {
  ...payment,
  attempt: 1,
  declineCode: 'insufficient_funds',
  amount: eur(3590),
  payUrl: 'https://pay.example/c/1?a=1&b=2',
}
export const paymentFailed = { ...payment, amount: eur(3590), reason: 'the bank said no' }
export const codeFor = (
  purpose: 'verify-email' | 'reset-password' | 'change-email' | 'already-registered',
  sealedCode: string,
  expiresAt: Date,
) => ({
  userId,
  purpose,
  recipient: alice,
  locale: 'en',
  sealedCode,
  expiresAt: expiresAt.toISOString(),
})
export const lookup = (sealedCode: string, expiresAt: Date) => ({ ...order, sealedCode, expiresAt: expiresAt.toISOString() })
