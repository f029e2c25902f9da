// The code that proves a new customer's address.
import { codeOf, note, template, text } from './content.ts'

export const verifyEmail = template<{ minutes: number }>(({ minutes }, reader) => ({
  subject: 'Your Cartwright code',
  preview: 'Enter it to confirm your e-mail address.',
  title: 'Confirm your e-mail address',
  parts: [
    text('Enter this code to confirm that this address is yours and to finish signing up.'),
    { kind: 'code', code: codeOf(reader) },
    text(`It works once, for ${minutes} minutes. We never ask for it by phone or in a chat.`),
    note('If you did not sign up, you need not do anything: without the code no account is opened.'),
  ],
}))
