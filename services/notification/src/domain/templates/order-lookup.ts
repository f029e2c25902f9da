// Mail template: the code for a guest's order lookup.
import { codeOf, note, template, text } from './content.ts'

export const orderLookup = template<{ number: string; minutes: number }>(({ number, minutes }, reader) => ({
  subject: reader.say('order-lookup.subject', { number }),
  preview: reader.say('order-lookup.preview'),
  title: reader.say('order-lookup.title'),
  parts: [
    text(reader.say('order-lookup.enter', { number })),
    { kind: 'code', code: codeOf(reader) },
    text(reader.say('order-lookup.lasts', { count: minutes })),
    note(reader.say('order-lookup.note')),
  ],
}))
