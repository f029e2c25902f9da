// The way from the first page to this one.
import { useTranslation } from 'react-i18next'
import { useTo } from '../links.ts'
import { useShell } from '../use-shell.ts'
import { JsonLd } from './json-ld.tsx'

/** The way from the first page to this one. @param trail of categories, the outermost first */
export const Breadcrumbs = ({ trail }: { trail: readonly { slug: string; name: string }[] }) => {
  const { t } = useTranslation()
  const to = useTo()
  const { origin } = useShell()
  const steps = [{ name: t('nav.home'), path: '/' }, ...trail.map(({ slug, name }) => ({ name, path: `/c/${slug}` }))]
  const data = {
    '@type': 'BreadcrumbList',
    itemListElement: steps.map(({ name, path }, index) => ({
      '@type': 'ListItem',
      position: index + 1,
      name,
      item: `${origin}${to(path)}`,
    })),
  }
  return (
    <nav aria-label={t('nav.breadcrumbs')} className="mb-4 text-sm text-muted">
      <JsonLd data={data} />
      <ol className="flex flex-wrap gap-x-2">
        {steps.map(({ path, name }) => (
          <li key={path} className="not-first:before:mr-2 not-first:before:content-['/']">
            <a href={to(path)}>{name}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
