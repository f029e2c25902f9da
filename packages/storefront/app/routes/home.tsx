// The first page: what the shop is, its categories, and what is new.
import { useTranslation } from 'react-i18next'
import { ButtonLink } from '../components/controls.tsx'
import { PageHead } from '../components/page-head.tsx'
import { ProductGrid } from '../components/product-card.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useTo } from '../links.ts'
import { useShell } from '../use-shell.ts'
import type { Route } from './+types/home'

export const loader = async ({ context }: Route.LoaderArgs) => {
  const { client } = context.get(visitContext)
  const { items } = await orAnswer(Promise.resolve(client.products.list({ sort: '-createdAt', limit: 8 })))
  return { newest: items }
}

export default function Home({ loaderData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const { name, menu } = useShell()
  return (
    <>
      <PageHead title={name} path="/" description={t('home.lead')} />
      <section className="rounded-3xl bg-linear-to-br from-[#0f1720] to-[#115e56] px-6 py-14 text-[#ffffff] sm:px-12 sm:py-20">
        <h1 className="max-w-xl text-4xl font-bold tracking-tight sm:text-5xl">{t('home.title')}</h1>
        <p className="mt-4 max-w-lg text-lg text-[#d5e3e6]">{t('home.lead')}</p>
        <ButtonLink href={to('/search')} className="mt-7 bg-[#2dd4bf]! text-[#0f1720]! hover:bg-[#5eead4]!">
          {t('home.all')}
        </ButtonLink>
      </section>
      <section aria-labelledby="browse" className="mt-12">
        <h2 id="browse" className="text-xl font-semibold">
          {t('home.browse')}
        </h2>
        <ul className="mt-4 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
          {menu.map((entry) => (
            <li key={entry.slug}>
              <a
                href={to(`/c/${entry.slug}`)}
                className="flex items-baseline justify-between gap-3 rounded-2xl border border-line bg-paper px-5 py-4 font-medium no-underline hover:border-accent hover:text-accent"
              >
                {entry.name}
                <span className="money text-sm text-muted">{t('list.count', { count: entry.productCount })}</span>
              </a>
            </li>
          ))}
        </ul>
      </section>
      <section aria-labelledby="newest" className="mt-12">
        <h2 id="newest" className="mb-5 text-xl font-semibold">
          {t('home.newest')}
        </h2>
        <ProductGrid products={loaderData.newest} />
      </section>
    </>
  )
}
