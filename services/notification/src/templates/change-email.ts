// The code that proves the new address of a customer who moves to it.
import { codeOf, note, template, text } from './content.ts'

export const changeEmail = template<{ minutes: number }>(({ minutes }, reader) => ({
  subject: 'Your code for this new address',
  preview: 'Enter it to use this address from now on.',
  title: 'Use this address from now on',
  parts: [
    text('Enter this code to make this the e-mail address of your account.'),
    { kind: 'code', code: codeOf(reader) },
    text(`It works once, for ${minutes} minutes.`),
    note('If you did not ask for this, ignore this mail: nothing changes without the code.'),
  ],
}))
