// Certificates for tests, made by openssl: an authority, a server certificate for loopback, and a strange authority.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { installProgram } from './debian.ts'
import type { Log } from './engine.ts'
import { run } from './tools.ts'

export interface TestCertificates {
  /** Authority that has signed the server's certificate. */
  caFile: string
  certFile: string
  keyFile: string
  /** Private key and certificate in one file. */
  keystoreFile: string
  /** An authority that has signed nothing here. */
  unknownCaFile: string
}

/** Makes the files in `folder`, unless they are there. */
export const makeCertificates = async (folder: string, log: Log = () => undefined): Promise<TestCertificates> => {
  const openssl = await installProgram('openssl', ['openssl'], log)
  mkdirSync(folder, { recursive: true })
  const path = (name: string) => join(folder, name)
  const authority = (name: string) =>
    run(openssl, [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', `/CN=${name}`, '-keyout', path(`${name}.key`), '-out', path(`${name}.pem`)],
    ])
  if (!existsSync(path('keystore.pem'))) {
    await Promise.all([authority('ca'), authority('unknown-ca')])
    writeFileSync(path('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
    await run(openssl, [
      ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost'],
      ...['-keyout', path('server.key'), '-out', path('server.csr')],
    ])
    await run(openssl, [
      ...['x509', '-req', '-in', path('server.csr'), '-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial'],
      ...['-days', '2', '-extfile', path('names'), '-out', path('server.pem')],
    ])
    writeFileSync(path('keystore.pem'), readFileSync(path('server.key'), 'utf8') + readFileSync(path('server.pem'), 'utf8'))
  }
  return {
    caFile: path('ca.pem'),
    certFile: path('server.pem'),
    keyFile: path('server.key'),
    keystoreFile: path('keystore.pem'),
    unknownCaFile: path('unknown-ca.pem'),
  }
}
