// Tells both addresses of a customer that the account moved from one to the other.
import { link, note, template, text } from './content.ts'
import { moment } from './moments.ts'

export const emailChanged = template<{ at: string; reader: 'new' | 'previous' }>((data, { locale, publicUrl, code }) => ({
  subject: 'Your e-mail address was changed',
  preview: data.reader === 'new' ? 'We write to this address from now on.' : 'We no longer write to this address.',
  title: 'Your e-mail address was changed',
  parts: [
    text(
      data.reader === 'new'
        ? `Since ${moment(data.at, locale)} this is the e-mail address of your account. Sign in with it, and find our mails here.`
        : `On ${moment(data.at, locale)} your account was moved to another e-mail address. We no longer write to this one.`,
    ),
    ...(data.reader === 'previous' && code !== null
      ? [
          text('If it was not you, undo it within 72 hours. Every device is then signed out; set a new password afterwards.'),
          link('Undo the change', `${publicUrl}/account/undo-email#token=${code}`),
        ]
      : []),
    note('If it was not you, answer this mail, so that we can give you your account back.'),
  ],
}))
