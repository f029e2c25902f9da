// Mail template: the password of an account was changed, so that the owner notices a stranger's change.
import { note, template, text } from './content.ts'

export const passwordChanged = template<{ at: string }>(({ at }, { say, moment }) => ({
  subject: say('password-changed.subject'),
  preview: say('password-changed.preview'),
  title: say('password-changed.title'),
  parts: [text(say('password-changed.text', { when: moment(at) })), note(say('password-changed.note'))],
}))
