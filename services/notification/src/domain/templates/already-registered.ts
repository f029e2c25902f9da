// Mail template: a sign-up used an address that has an account. It has no code, because nothing can be confirmed.
import { link, note, template, text } from './content.ts'

export const alreadyRegistered = template<Record<string, never>>((_, { say, publicUrl }) => ({
  subject: say('already-registered.subject'),
  preview: say('already-registered.preview'),
  title: say('already-registered.title'),
  parts: [
    text(say('already-registered.text')),
    text(say('already-registered.signIn')),
    link(say('already-registered.toShop'), publicUrl),
    note(say('already-registered.note')),
  ],
}))
