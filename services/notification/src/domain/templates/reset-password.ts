// Mail template: the code for a new password.
import { codeOf, note, template, text } from './content.ts'

export const resetPassword = template<{ minutes: number }>(({ minutes }, reader) => ({
  subject: reader.say('reset-password.subject'),
  preview: reader.say('reset-password.preview'),
  title: reader.say('reset-password.title'),
  parts: [
    text(reader.say('reset-password.enter')),
    { kind: 'code', code: codeOf(reader) },
    text(reader.say('reset-password.lasts', { count: minutes })),
    note(reader.say('reset-password.note')),
  ],
}))
