// The nonce of the response that is being rendered. Browsers hide it from scripts, so it is empty there.
import { createContext } from 'react'

export const NonceContext = createContext<string | undefined>(undefined)
