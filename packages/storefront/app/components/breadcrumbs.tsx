// The way from the first page to this one.
import { useTranslation } from 'react-i18next'
import { useTo } from '../links.ts'

/** The way from the first page to this one. @param trail of categories, the outermost first */
export const Breadcrumbs = ({ trail }: { trail: readonly { slug: string; name: string }[] }) => {
  const { t } = useTranslation()
  const to = useTo()
  return (
    <nav aria-label={t('nav.breadcrumbs')} className="mb-4 text-sm text-muted">
      <ol className="flex flex-wrap gap-x-2">
        <li>
          <a href={to('/')}>{t('nav.home')}</a>
        </li>
        {trail.map(({ slug, name }) => (
          <li key={slug} className="before:mr-2 before:content-['/']">
            <a href={to(`/c/${slug}`)}>{name}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
