// The code that lets somebody choose a new password.
import { codeOf, note, template, text } from './content.ts'

export const resetPassword = template<{ minutes: number }>(({ minutes }, reader) => ({
  subject: 'Your code for a new password',
  preview: 'Enter it to choose a new password.',
  title: 'Choose a new password',
  parts: [
    text('Somebody, we hope you, asked to replace the password of your account. Enter this code to go on.'),
    { kind: 'code', code: codeOf(reader) },
    text(`It works once, for ${minutes} minutes. Choosing a new password signs you out everywhere else.`),
    note('If it was not you, leave the code unused: your password stays as it is.'),
  ],
}))
