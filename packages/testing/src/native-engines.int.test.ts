// Native engines keep their data over a clean stop, a power failure and the end of the process that started them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect as connectSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { connect } from '@cartwright/db'
import type { Transport } from '@cartwright/messaging'
import { kafkaTransport } from '@cartwright/messaging/kafka'
import { type Engine, startElasticsearch, startKafka, startMysql, startRedis } from '@cartwright/native'
import { expect, test } from 'vitest'

const engineTimeoutMs = 150_000

/** An engine, how to start it, and one value written to it and read back. */
interface Case {
  name: string
  start(dataDir: string): Promise<Engine>
  write(engine: Engine): Promise<void>
  read(engine: Engine): Promise<string>
}

const mysql = {
  write: async ({ url }: Engine) => {
    const db = await connect(url)
    await db.query('CREATE DATABASE kept')
    await db.query('CREATE TABLE kept.thing (word VARCHAR(20))')
    await db.query("INSERT INTO kept.thing VALUES ('kept')")
    await db.end()
  },
  read: async ({ url }: Engine) => {
    const db = await connect(url)
    const rows: { word: string }[] = await db.query('SELECT word FROM kept.thing')
    await db.end()
    return rows.map((row) => row.word).join()
  },
}

/** Sends one Redis command as a line. @returns the raw response */
const redis = async ({ port }: Engine, command: string): Promise<string> => {
  const socket = connectSocket({ port, host: '127.0.0.1' })
  socket.write(`${command}\r\n`)
  const [answer] = await once(socket, 'data')
  socket.destroy()
  return String(answer)
}

const withKafka = async <T>(engine: Engine, work: (transport: Transport) => Promise<T>): Promise<T> => {
  const transport = await kafkaTransport({ brokers: [engine.url], clientId: 'native-engines', partitions: 1 })
  try {
    return await work(transport)
  } finally {
    await transport.close()
  }
}

const cases: Case[] = [
  { name: 'MariaDB', start: (dataDir) => startMysql({ dataDir }), ...mysql },
  { name: 'MySQL', start: (dataDir) => startMysql({ dataDir, engine: 'mysql' }), ...mysql },
  {
    name: 'Redis',
    start: (dataDir) => startRedis({ dataDir }),
    write: async (engine) => {
      // A crash may lose the last second of writes, so the test flushes them.
      await redis(engine, 'CONFIG SET appendfsync always')
      await redis(engine, 'SET word kept')
    },
    read: async (engine) => (await redis(engine, 'GET word')).split('\r\n')[1] ?? '',
  },
  {
    name: 'Kafka',
    start: (dataDir) => startKafka({ dataDir }),
    write: (engine) =>
      withKafka(engine, async (transport) => {
        await transport.ensureTopics(['kept.events'])
        await transport.send([{ topic: 'kept.events', key: 'a', value: 'kept', headers: {} }], () => undefined)
      }),
    read: (engine) =>
      withKafka(engine, async (transport) => {
        const words: string[] = []
        const range = { topic: 'kept.events', from: new Date(0), to: new Date(Date.now() + 60_000) }
        await transport.replay?.(range, async (record) => {
          words.push(record.value)
        })
        return words.join()
      }),
  },
  {
    name: 'Elasticsearch',
    start: (dataDir) => startElasticsearch({ dataDir }),
    write: async ({ url }) => {
      const body = JSON.stringify({ word: 'kept' })
      await fetch(`${url}/kept/_doc/1`, { method: 'PUT', headers: { 'content-type': 'application/json' }, body })
    },
    read: async ({ url }) => {
      const answer = (await (await fetch(`${url}/kept/_source/1`)).json()) as { word: string }
      return answer.word
    },
  },
]

const inFolder = async (work: (folder: string) => Promise<void>): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-engine-'))
  try {
    await work(folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const running = async (start: () => Promise<Engine>, work: (engine: Engine) => Promise<void>): Promise<number> => {
  const engine = await start()
  try {
    await work(engine)
    return engine.port
  } finally {
    await engine.stop()
  }
}

for (const { name, start, write, read } of cases) {
  test(`${name} keeps its data and its port over a power failure and a restart`, { timeout: engineTimeoutMs }, () =>
    inFolder(async (folder) => {
      const port = await running(
        () => start(folder),
        async (engine) => {
          await write(engine)
          await engine.kill()
          expect(engine.pid).toBe(0)
        },
      )
      const again = await running(
        () => start(folder),
        async (engine) => {
          // A broker that was killed reassigns its groups a moment after it responds.
          await expect.poll(() => read(engine), { timeout: 30_000, interval: 250 }).toBe('kept')
        },
      )
      expect(again).toBe(port)
    }),
  )
}

test(
  'an engine that is killed is started again, and `restart` starts another process on the same port',
  { timeout: engineTimeoutMs },
  () =>
    inFolder(async (folder) => {
      await running(
        () => startRedis({ dataDir: folder }),
        async (engine) => {
          const first = engine.pid
          process.kill(first, 'SIGKILL')
          await expect.poll(() => engine.pid, { timeout: 10_000 }).not.toBeOneOf([first, 0])
          const second = engine.pid
          await engine.restart()
          expect(engine.pid).not.toBe(second)
          expect(await redis(engine, 'PING')).toBe('+PONG\r\n')
        },
      )
    }),
)

test(
  'an engine refuses the data folder of a running engine and names the process that owns it',
  { timeout: engineTimeoutMs },
  () =>
    inFolder(async (folder) => {
      const engine = await startRedis({ dataDir: folder })
      try {
        await expect(startRedis({ dataDir: folder })).rejects.toThrow(`Process ${process.pid} already runs an engine`)
      } finally {
        await engine.stop()
      }
    }),
)

const ownerScript = (dataDir: string): string => {
  const packageUrl = fileURLToPath(import.meta.resolve('@cartwright/native'))
  return `import { startRedis } from ${JSON.stringify(packageUrl)}
const engine = await startRedis({ dataDir: ${JSON.stringify(dataDir)} })
console.log(engine.pid)
process.stdin.resume()`
}

test('the next owner of a data folder ends the engine of an owner that was killed', { timeout: engineTimeoutMs }, () =>
  inFolder(async (folder) => {
    const owner = spawn(process.execPath, ['--input-type=module-typescript', '-e', ownerScript(folder)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: owner.stdout }), 'line')
    owner.kill('SIGKILL')
    await once(owner, 'exit')
    const engine = await startRedis({ dataDir: folder })
    try {
      expect(() => process.kill(Number(line), 0)).toThrow('ESRCH')
      expect(await redis(engine, 'PING')).toBe('+PONG\r\n')
    } finally {
      await engine.stop()
    }
  }),
)
