// Title, description and addresses of a page that anyone may find.
import { useLocale } from '../links.ts'
import { pathIn } from '../locales.ts'
import { alternatesOf } from '../seo.ts'
import { useShell } from '../use-shell.ts'

interface PageHeadProps {
  title: string
  /** Address of the English page, without filters. */
  path: string
  description?: string
  /** Address of a picture on this host, or a whole one. */
  image?: string | undefined
  type?: 'website' | 'product'
  /** Whether search engines may list this address: not when it narrows or sorts a list. */
  isListed?: boolean
}

export const PageHead = ({ title, path, description, image, type = 'website', isListed = true }: PageHeadProps) => {
  const locale = useLocale()
  const { name, origin } = useShell()
  const url = `${origin}${pathIn(locale, path)}`
  return (
    <>
      <title>{title === name ? name : `${title} · ${name}`}</title>
      <link rel="canonical" href={url} />
      {alternatesOf(origin, path).map(({ language, url: alternate }) => (
        <link key={language} rel="alternate" hrefLang={language} href={alternate} />
      ))}
      {!isListed && <meta name="robots" content="noindex" />}
      {description && <meta name="description" content={description} />}
      <meta property="og:site_name" content={name} />
      <meta property="og:type" content={type} />
      <meta property="og:title" content={title} />
      {description && <meta property="og:description" content={description} />}
      <meta property="og:url" content={url} />
      <meta property="og:locale" content={locale === 'de' ? 'de_DE' : 'en_GB'} />
      {image && <meta property="og:image" content={new URL(image, origin).href} />}
    </>
  )
}
