// The code that leads a guest back to an order.
import { codeOf, note, template, text } from './content.ts'

export const orderLookup = template<{ number: string; minutes: number }>(({ number, minutes }, reader) => ({
  subject: `Your code for order ${number}`,
  preview: 'Enter it to see your order.',
  title: 'Look at your order',
  parts: [
    text(`Enter this code to see order ${number}.`),
    { kind: 'code', code: codeOf(reader) },
    text(`It works once, for ${minutes} minutes, and opens this one order.`),
    note('If you did not ask to see it, ignore this mail.'),
  ],
}))
