// Texts are checked by the compiler: a key that the English texts do not have is an error.
import 'i18next'
import type { en } from './en.ts'

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en }
  }
}
