// Mail template: the code that confirms a new e-mail address.
import { codeOf, note, template, text } from './content.ts'

export const changeEmail = template<{ minutes: number }>(({ minutes }, reader) => ({
  subject: reader.say('change-email.subject'),
  preview: reader.say('change-email.preview'),
  title: reader.say('change-email.title'),
  parts: [
    text(reader.say('change-email.enter')),
    { kind: 'code', code: codeOf(reader) },
    text(reader.say('change-email.lasts', { count: minutes })),
    note(reader.say('change-email.note')),
  ],
}))
