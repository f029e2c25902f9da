// The end of every page: the name of the shop, its pages of text, and the other language.
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { contentLinks } from '../content-links.ts'
import { useLocale, useTo } from '../links.ts'
import { pathIn, plainPath } from '../locales.ts'

export const Footer = ({ name }: { name: string }) => {
  const { t } = useTranslation()
  const to = useTo()
  const { pathname, search } = useLocation()
  const other = useLocale() === 'en' ? 'de' : 'en'
  return (
    <footer className="border-t border-line bg-paper">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center justify-between gap-4 px-4 py-6 text-sm text-muted sm:px-6">
        <p>
          {name} · {t('footer.made')}
        </p>
        <nav aria-label={t('footer.pages')}>
          <ul className="flex flex-wrap gap-x-5">
            {contentLinks.map((slug) => (
              <li key={slug}>
                <a href={to(`/pages/${slug}`)} className="inline-block py-2">
                  {t(`pages.${slug}`)}
                </a>
              </li>
            ))}
          </ul>
        </nav>
        <a href={`${pathIn(other, plainPath(pathname))}${search}`} hrefLang={other} lang={other} className="py-2 text-accent">
          {t('nav.language')}
        </a>
      </div>
    </footer>
  )
}
