// The purchase of the README against a shop at any address, and a look at its order afterwards.
import { type ExecFileException, execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { EngineError } from '../native/src/engine.ts'
import { findErrorLine } from '../native/src/tools.ts'
import { readRoot } from './compose-file.ts'

const purchaseLimitMs = 120_000
const expected = ['paid', 'processing', 'shipped', 'delivered']

export interface Purchase {
  orderId: string
  /** Access token of the guest who bought. */
  token: string
}

/** Runs the block of the README. @throws EngineError when it does not end with a delivered order */
export const buy = async (gateway: string, mailbox: string): Promise<Purchase> => {
  const block = /<!-- run:purchase -->\n```sh\n([\s\S]*?)```/.exec(readRoot('README.md'))?.[1]
  if (block === undefined) throw new Error('the README has no block run:purchase')
  const script = block.replace('http://localhost:8080', gateway).replace('http://localhost:8025', mailbox)
  const shell = ['-e', '-c', `${script}\necho "$ID"\necho "$TOKEN"`]
  const { stdout } = await promisify(execFile)('bash', shell, { timeout: purchaseLimitMs }).catch((error: ExecFileException) => ({
    stdout: `${error.stdout ?? ''}${findErrorLine(error.stderr ?? error.message)}`,
  }))
  const lines = stdout.trim().split('\n')
  const missing = expected.filter((word) => !lines.includes(word))
  if (missing.length > 0)
    throw new EngineError(
      `The purchase of the README does not show ${missing.join(', ')}, its last line is: ${lines.at(-1)}. Run the check with --keep, then the README's commands with SHOP=${gateway}.`,
    )
  const [orderId = '', token = ''] = lines.slice(-2)
  return { orderId, token }
}

/** Status of the order, as the guest reads it. */
export const readStatus = async (gateway: string, { orderId, token }: Purchase): Promise<string> => {
  const answer = await fetch(`${gateway}/v1/orders/${orderId}`, { headers: { authorization: `Bearer ${token}` } })
  const { status } = (await answer.json()) as { status?: string }
  return status ?? `no order, HTTP ${answer.status}`
}
