// Schedule that creates the next signing key before the current one is due for rotation.
import { keyRules, scheduled } from '../../deps.ts'
import { ensureKeys } from '../../domain/tokens/signing-keys.ts'

export const rotateKeys = scheduled({
  name: 'identity-key-rotation',
  everySec: 60,
  run: ({ deps }) => ensureKeys(deps.db, keyRules(deps)),
})
