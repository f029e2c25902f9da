// Reply of a route handler that chooses its status or headers itself.
const tag = Symbol('reply')

/** What a route answers when it is not just the body of the contract's success status. */
export interface Reply<B = unknown> {
  readonly [tag]: true
  status: number
  body: B
  headers: Record<string, string>
}

/** Creates a reply with a status other than the contract's success status, or with headers. */
export const reply = <B>(status: number, body: B, headers: Record<string, string> = {}): Reply<B> => ({
  [tag]: true,
  status,
  body,
  headers,
})

export const isReply = (value: unknown): value is Reply => typeof value === 'object' && value !== null && tag in value
