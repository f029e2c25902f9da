// The page of an error: what happened, and what to do about it.
import { useTranslation } from 'react-i18next'
import { useTo } from '../links.ts'
import { ButtonLink, Card } from './controls.tsx'

/** @param detail a reference for the shop's operators */
export const Trouble = ({ status, detail }: { status: number; detail?: unknown }) => {
  const { t } = useTranslation()
  const to = useTo()
  const [title, text] =
    status === 404
      ? [t('errors.notFoundTitle'), t('errors.notFound')]
      : status === 503
        ? [t('errors.offlineTitle'), t('errors.offline')]
        : [t('errors.title'), t('errors.unknown')]
  return (
    <main className="mx-auto grid min-h-[60vh] max-w-xl place-items-center px-4">
      <Card className="w-full text-center">
        <title>{title}</title>
        <h1 className="text-2xl font-semibold">{title}</h1>
        <p className="mt-3 text-muted">{text}</p>
        {typeof detail === 'string' && detail !== '' && (
          <p className="mt-3 text-sm text-muted">{t('errors.trace', { id: detail })}</p>
        )}
        <p className="mt-6 flex flex-wrap justify-center gap-3">
          {status === 503 && <ButtonLink href="">{t('errors.retry')}</ButtonLink>}
          <ButtonLink kind="quiet" href={to('/')}>
            {t('cart.goOn')}
          </ButtonLink>
        </p>
      </Card>
    </main>
  )
}
