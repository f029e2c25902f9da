// Mail template: the e-mail address of an account was changed. Both addresses get it; the previous one has an undo link.
import { link, note, template, text } from './content.ts'

export const emailChanged = template<{ at: string; reader: 'new' | 'previous' }>(
  (data, { say, moment, locale, publicUrl, code }) => {
    const when = moment(data.at)
    const isNew = data.reader === 'new'
    const undo =
      isNew || code === null
        ? []
        : [
            text(say('email-changed.howToUndo')),
            link(say('email-changed.undo'), `${publicUrl}/account/undo-email?locale=${locale}#token=${code}`),
          ]
    return {
      subject: say('email-changed.subject'),
      preview: isNew ? say('email-changed.previewNew') : say('email-changed.previewPrevious'),
      title: say('email-changed.title'),
      parts: [
        text(isNew ? say('email-changed.textNew', { when }) : say('email-changed.textPrevious', { when })),
        ...undo,
        note(say('email-changed.note')),
      ],
    }
  },
)
