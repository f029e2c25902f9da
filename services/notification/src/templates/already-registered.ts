// Tells the owner of an address that somebody tried to sign up with it. Holds no code: there is nothing to confirm.
import { link, note, template, text } from './content.ts'

export const alreadyRegistered = template<Record<string, never>>((_, { publicUrl }) => ({
  subject: 'You already have an account',
  preview: 'Somebody tried to sign up with your address.',
  title: 'You already have an account',
  parts: [
    text('Somebody tried to sign up with this e-mail address. It has an account already, so nothing was changed.'),
    text('If it was you, sign in with your password, or ask for a new one when you have forgotten it.'),
    link('Go to the shop', publicUrl),
    note('If it was not you, you need not do anything.'),
  ],
}))
