// Tells a customer that their password is another one now, so that a stranger's change does not go unnoticed.
import { note, template, text } from './content.ts'
import { moment } from './moments.ts'

export const passwordChanged = template<{ at: string }>(({ at }, { locale }) => ({
  subject: 'Your password was changed',
  preview: 'If it was you, all is well.',
  title: 'Your password was changed',
  parts: [
    text(`The password of your account was changed on ${moment(at, locale)}. All other devices were signed out.`),
    note('If it was not you, ask for a new password at once and answer this mail, so that we can look into it.'),
  ],
}))
