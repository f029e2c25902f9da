// Secrets of a development shop: generated once, stored in the data folder, and marked so that production refuses them.
import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { exportJWK, generateKeyPair } from 'jose'

export interface ShopSecrets {
  internalAuth: string
  identityKey: string
  otp: string
  returnToken: string
  webhook: string
  sealPublicJwk: string
  sealPrivateJwk: string
}

const draw = () => `development-${randomBytes(24).toString('base64url')}`

/** Generates new secrets. */
export const drawSecrets = async (): Promise<ShopSecrets> => {
  const seal = await generateKeyPair('ECDH-ES+A256KW', { crv: 'P-256', extractable: true })
  return {
    internalAuth: draw(),
    identityKey: draw(),
    otp: draw(),
    returnToken: draw(),
    webhook: `whsec_${randomBytes(24).toString('base64url')}`,
    sealPublicJwk: JSON.stringify(await exportJWK(seal.publicKey)),
    sealPrivateJwk: JSON.stringify(await exportJWK(seal.privateKey)),
  }
}

/** Reads the secrets in `file`; generates them at the first start. */
export const loadSecrets = async (file: string): Promise<ShopSecrets> => {
  const known: Partial<ShopSecrets> = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Partial<ShopSecrets>) : {}
  const secrets = { ...(await drawSecrets()), ...known }
  writeFileSync(file, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  // `mode` applies to new files only.
  chmodSync(file, 0o600)
  return secrets
}
