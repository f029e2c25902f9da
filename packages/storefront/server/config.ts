// Settings of the storefront, from its environment.

export interface StorefrontConfig {
  host: string
  port: number
  /** Address of the gateway as the storefront reaches it. */
  gatewayUrl: string
  /** Address of the storefront as visitors see it; null to take each request's own. */
  publicUrl: string | null
  /** 32 bytes that encrypt the cookie of visitors. */
  secret: Uint8Array
}

const developmentSecret = 'a storefront secret for development only'

const secretOf = (given: string | undefined, isProduction: boolean): string => {
  if (given && new TextEncoder().encode(given).length >= 32) return given
  if (given) throw new Error('STOREFRONT_SECRET is shorter than 32 bytes: draw one with `openssl rand -base64 32`')
  if (isProduction) throw new Error('STOREFRONT_SECRET is missing: draw one with `openssl rand -base64 32`')
  return developmentSecret
}

const portOf = (given: string | undefined): number => {
  const port = Number(given ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`STOREFRONT_PORT is no port: ${given}`)
  return port
}

const originOf = (name: string, given: string): string => {
  if (!URL.canParse(given)) throw new Error(`${name} is no address: ${given}`)
  return new URL(given).origin
}

/** @throws Error that names the variable which is missing or wrong */
export const readConfig = async (env: NodeJS.ProcessEnv): Promise<StorefrontConfig> => {
  const secret = new TextEncoder().encode(secretOf(env.STOREFRONT_SECRET, env.NODE_ENV === 'production'))
  return {
    host: env.STOREFRONT_HOST ?? '127.0.0.1',
    port: portOf(env.STOREFRONT_PORT),
    gatewayUrl: originOf('GATEWAY_URL', env.GATEWAY_URL ?? 'http://localhost:8080'),
    publicUrl: env.STOREFRONT_URL ? originOf('STOREFRONT_URL', env.STOREFRONT_URL) : null,
    // The cipher takes exactly 32 bytes, so the secret is hashed.
    secret: new Uint8Array(await crypto.subtle.digest('SHA-256', secret)),
  }
}
