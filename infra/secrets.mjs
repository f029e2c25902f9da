// `npm run secrets`: writes `.env` for Docker Compose from `.env.example`, with new secrets. A value that is set already stays.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

const random = () => randomBytes(33).toString('base64url')

/** The secrets that are more than random text. Compose takes text between single quotes as it is. */
const generate = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwk = (key) => `'${JSON.stringify(key.export({ format: 'jwk' }))}'`
  return new Map([
    ['SEAL_PUBLIC_JWK', jwk(publicKey)],
    ['SEAL_PRIVATE_JWK', jwk(privateKey)],
    ['STRIPE_WEBHOOK_SECRETS', `whsec_${random()}`],
  ])
}

const file = process.argv[2] ?? join(root, '.env')
const example = readFileSync(join(root, '.env.example'), 'utf8')
const drawn = generate()
let text = existsSync(file) ? readFileSync(file, 'utf8') : example
for (const [, name] of example.matchAll(/^(\w+)=$/gm)) {
  const line = new RegExp(`^${name}=(.*)$`, 'm').exec(text)
  if (line?.[1]) continue
  const filled = `${name}=${drawn.get(name) ?? random()}`
  text = line ? text.replace(line[0], filled) : `${text.trimEnd()}\n${filled}\n`
}
writeFileSync(file, text, { mode: 0o600 })
process.stdout.write(`${file} is complete. Start the shop: docker compose up\n`)
