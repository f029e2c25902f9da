// HTTP client of a mail provider's API over undici: one POST per mail, a deadline, and answers as the errors that the delivery job expects.
import { PermanentFailure, RetryLater } from '@cartwright/messaging'
import { Agent, type BodyInit, fetch, type HeadersInit } from 'undici'
import { withoutAddresses } from './mailer.ts'

/** What a provider's answer is about. Only a refusal of this mail is final. */
type Subject = 'mail' | 'sender'

interface MailApiOptions {
  /** Name of the provider in error texts. */
  provider: string
  /** Variables that an operator checks when the key or the sender is refused. */
  variables: string
  timeoutMs: number
  /** The provider's words about a refusal, and what it is about. */
  explain(body: string): { reason: string; subject: Subject }
}

interface MailApi {
  /** @returns the body of a successful answer. @throws as `Mailer.send` */
  post(url: string, headers: HeadersInit, body: BodyInit): Promise<string>
  close(): void
}

/** Statuses by which a provider refuses the mail itself: invalid, too large, not processable. */
const refusals: readonly number[] = [400, 413, 422]
const defaultWaitSec = 60

/** Seconds until the next try, from `Retry-After` (seconds or a date) or SendGrid's `X-RateLimit-Reset` (a moment in seconds). */
const waitSecOf = (headers: { get(name: string): string | null }): number => {
  const [after, reset] = [headers.get('retry-after'), headers.get('x-ratelimit-reset')]
  const serverNow = Date.parse(headers.get('date') ?? '')
  const now = Number.isNaN(serverNow) ? Date.now() : serverNow
  const seconds =
    after === null
      ? Number(reset ?? Number.NaN) - now / 1000
      : /^\d+$/.test(after)
        ? Number(after)
        : (Date.parse(after) - now) / 1000
  return Number.isFinite(seconds) && seconds > 0 ? Math.ceil(seconds) : defaultWaitSec
}

export const openMailApi = ({ provider, variables, timeoutMs, explain }: MailApiOptions): MailApi => {
  const dispatcher = new Agent({ connect: { timeout: timeoutMs }, connections: 16, keepAliveTimeout: 5000 })
  const reach = async (url: string, headers: HeadersInit, body: BodyInit) => {
    try {
      const signal = AbortSignal.timeout(timeoutMs)
      const answer = await fetch(url, { method: 'POST', headers, body, dispatcher, signal, redirect: 'manual' })
      return { answer, text: await answer.text() }
    } catch (error) {
      const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
      throw new Error(
        withoutAddresses(`${provider} cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`),
      )
    }
  }
  return {
    post: async (url, headers, body) => {
      const { answer, text } = await reach(url, headers, body)
      if (answer.ok) return text
      const { reason, subject } = explain(text)
      const said = `${answer.status}: ${withoutAddresses(reason) || 'no reason given'}`
      if (answer.status === 429) throw new RetryLater(`${provider} limits the rate (${said})`, waitSecOf(answer.headers))
      if (answer.status === 401 || answer.status === 403 || subject === 'sender')
        throw new Error(`${provider} refuses the key or the sender (${said}); check ${variables}`)
      if (refusals.includes(answer.status)) throw new PermanentFailure(`${provider} refuses the mail (${said})`)
      throw new Error(`${provider} cannot take the mail now (${said})`)
    },
    close: () => void dispatcher.destroy(),
  }
}
