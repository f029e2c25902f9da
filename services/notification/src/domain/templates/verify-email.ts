// Mail template: the code that verifies the address of a new customer.
import { codeOf, note, template, text } from './content.ts'

export const verifyEmail = template<{ minutes: number }>(({ minutes }, reader) => ({
  subject: reader.say('verify-email.subject', { shop: reader.shopName }),
  preview: reader.say('verify-email.preview'),
  title: reader.say('verify-email.title'),
  parts: [
    text(reader.say('verify-email.enter')),
    { kind: 'code', code: codeOf(reader) },
    text(reader.say('verify-email.lasts', { count: minutes })),
    note(reader.say('verify-email.note')),
  ],
}))
