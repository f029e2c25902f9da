// The frame of every page: header with menu, search and cart, and the footer.
import { useTranslation } from 'react-i18next'
import { Outlet, useLocation } from 'react-router'
import { Footer } from '../components/footer.tsx'
import { Header } from '../components/header.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { shopFor } from '../shop.server.ts'
import type { Route } from './+types/shell'

export const loader = async ({ context }: Route.LoaderArgs) => {
  const { client, locale, session, origin } = context.get(visitContext)
  // A visitor without tokens has no cart, and looking around creates none.
  const [{ shop, menu }, cart] = await orAnswer(Promise.all([shopFor(client, locale), session.tokens ? client.cart.get() : null]))
  return {
    origin,
    name: shop.name,
    menu,
    currencies: shop.currencies.map(({ code }) => code),
    currency: cart?.currency ?? session.currency ?? shop.currencies.find((one) => one.default)?.code ?? 'EUR',
    cartCount: cart?.lines.reduce((sum, { quantity }) => sum + quantity, 0) ?? 0,
  }
}

export default function Shell({ loaderData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const { search } = useLocation()
  return (
    <div className="flex min-h-screen flex-col font-sans">
      <a href="#content" className="sr-only focus:not-sr-only focus:absolute focus:z-10 focus:bg-paper focus:p-3">
        {t('nav.skip')}
      </a>
      <Header {...loaderData} query={new URLSearchParams(search).get('q') ?? ''} />
      <main id="content" className="mx-auto w-full max-w-6xl flex-1 px-4 py-8 sm:px-6">
        <Outlet />
      </main>
      <Footer name={loaderData.name} />
    </div>
  )
}
