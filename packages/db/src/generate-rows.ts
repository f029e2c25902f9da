// Prisma generator: `prisma generate` runs it as a process, and it writes `src/db/generated/rows.ts`.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { type Datamodel, renderRows } from './row-types.ts'

/** Prisma speaks JSON-RPC: one request a line on standard input, one answer a line on standard error. */
type Request =
  | { id: number; method: 'getManifest' }
  | { id: number; method: 'generate'; params: { generator: { output: { value: string } }; dmmf: { datamodel: Datamodel } } }

const handle = async (request: Request): Promise<unknown> => {
  if (request.method === 'getManifest') return { manifest: { prettyName: 'row types', defaultOutput: '../src/db/generated' } }
  const { generator, dmmf } = request.params
  await mkdir(generator.output.value, { recursive: true })
  await writeFile(join(generator.output.value, 'rows.ts'), renderRows(dmmf.datamodel))
  return null
}

for await (const line of createInterface({ input: process.stdin })) {
  const request: Request = JSON.parse(line)
  const answer = await handle(request).then(
    (result) => ({ result }),
    (error: Error) => ({ error: { code: -32000, message: error.message, data: { stack: error.stack } } }),
  )
  process.stderr.write(`${JSON.stringify({ jsonrpc: '2.0', id: request.id, ...answer })}\n`)
}
