// Starts a real API server of Kubernetes with etcd, both on loopback and in a temporary folder. It has no nodes: nothing ever runs.
import { type ChildProcess, spawn } from 'node:child_process'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { canInstall, claimPort, disableService, EngineError, findProgram, installProgram } from '@cartwright/native'

export interface ApiAnswer {
  status: number
  body: string
  /** Warnings of the server, such as those of the pod security standard. */
  warnings: string[]
}

export interface ApiServer extends AsyncDisposable {
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<ApiAnswer>
}

const readyTimeoutMs = 120_000
const firstPort = 26_443

/** @throws EngineError */
const provideEtcd = async (log: (line: string) => void): Promise<string> => {
  const present = findProgram('etcd')
  if (present) return present
  if (!canInstall()) throw new EngineError('etcd is missing: install etcd-server.')
  const installed = await installProgram('etcd', ['etcd-server'], log)
  await disableService('etcd')
  return installed
}

const launch = (program: string, args: readonly string[], logFile: string): ChildProcess => {
  const out = openSync(logFile, 'a')
  const child = spawn(program, args, {
    stdio: ['ignore', out, out],
    env: { ...process.env, ETCD_UNSUPPORTED_ARCH: process.arch },
  })
  closeSync(out)
  child.once('error', () => undefined)
  return child
}

const end = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const gone = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGTERM')
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000)
  await gone
  clearTimeout(force)
}

const startEtcd = (program: string, folder: string, ports: { client: number; peer: number }): ChildProcess => {
  const client = `http://127.0.0.1:${ports.client}`
  const peer = `http://127.0.0.1:${ports.peer}`
  return launch(
    program,
    [
      ...['--data-dir', join(folder, 'etcd'), '--listen-client-urls', client, '--advertise-client-urls', client],
      ...['--listen-peer-urls', peer, '--initial-advertise-peer-urls', peer, '--initial-cluster', `default=${peer}`],
      '--unsafe-no-fsync',
    ],
    join(folder, 'etcd.log'),
  )
}

const startServer = (program: string, folder: string, ports: { api: number; client: number }, token: string): ChildProcess => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const key = join(folder, 'service-accounts.pem')
  writeFileSync(key, privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  const tokens = join(folder, 'tokens.csv')
  writeFileSync(tokens, `${token},check,check,system:masters\n`, { mode: 0o600 })
  return launch(
    program,
    [
      `--etcd-servers=http://127.0.0.1:${ports.client}`,
      `--secure-port=${ports.api}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${join(folder, 'certificates')}`,
      `--token-auth-file=${tokens}`,
      '--authorization-mode=RBAC',
      '--service-cluster-ip-range=10.96.0.0/16',
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${key}`,
      `--service-account-signing-key-file=${key}`,
      '--disable-admission-plugins=ServiceAccount',
    ],
    join(folder, 'kube-apiserver.log'),
  )
}

const createClient =
  (port: number, token: string, folder: string): ApiServer['call'] =>
  (method, path, body, contentType = 'application/json') =>
    new Promise((resolve, reject) => {
      const sent = request(
        {
          host: '127.0.0.1',
          port,
          method,
          path,
          // The server has signed its own certificate, in a folder that only this process knows.
          ca: readFileSync(join(folder, 'certificates', 'apiserver.crt')),
          checkServerIdentity: () => undefined,
          headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              body: text,
              warnings: [response.headers.warning ?? []].flat(),
            }),
          )
        },
      )
      sent.once('error', reject)
      sent.end(body === undefined ? undefined : JSON.stringify(body))
    })

const awaitReady = async (call: ApiServer['call'], children: readonly ChildProcess[], folder: string): Promise<void> => {
  for (const until = performance.now() + readyTimeoutMs; performance.now() < until; await delay(250)) {
    if (children.some((child) => child.exitCode !== null)) break
    const isReady = await call('GET', '/readyz').then(
      ({ status }) => status === 200,
      () => false,
    )
    if (isReady) return
  }
  const log = readFileSync(join(folder, 'kube-apiserver.log'), 'utf8').trim().split('\n').slice(-3).join(' ')
  throw new EngineError(`The API server does not start, run the check with --offline to leave it out: ${log.slice(-800)}`)
}

/** @param program kube-apiserver @throws EngineError */
export const startApiServer = async (program: string, log: (line: string) => void): Promise<ApiServer> => {
  await using opened = new AsyncDisposableStack()
  const etcdProgram = await provideEtcd(log)
  const folder = mkdtempSync(join(tmpdir(), 'cartwright-api-'))
  opened.defer(() => rmSync(folder, { recursive: true, force: true }))
  const claim = async (): Promise<number> => {
    const { port, release } = await claimPort(firstPort)
    opened.defer(release)
    return port
  }
  const [client, peer, api] = [await claim(), await claim(), await claim()]
  const etcd = startEtcd(etcdProgram, folder, { client, peer })
  opened.defer(() => end(etcd))
  const token = randomBytes(24).toString('hex')
  const server = startServer(program, folder, { api, client }, token)
  opened.defer(() => end(server))
  const call = createClient(api, token, folder)
  await awaitReady(call, [etcd, server], folder)
  const stack = opened.move()
  return { call, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}
