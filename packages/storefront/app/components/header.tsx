// The top of every page: name, search, account, cart and categories.
import { useTranslation } from 'react-i18next'
import { useTo } from '../links.ts'
import type { MenuEntry } from '../shop.server.ts'
import { CartIcon, PersonIcon, SearchIcon, Sign } from './icons.tsx'

interface HeaderProps {
  name: string
  menu: MenuEntry[]
  cartCount: number
  /** What was searched for. */
  query: string
}

export const Header = ({ name, menu, cartCount, query }: HeaderProps) => {
  const { t } = useTranslation()
  const to = useTo()
  return (
    <header className="border-b border-line bg-paper">
      <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-6 gap-y-3 px-4 py-3 sm:px-6">
        <a
          href={to('/')}
          className="flex min-h-11 items-center gap-2.5 text-lg font-bold tracking-tight text-accent no-underline"
        >
          <Sign className="size-7" />
          {name}
        </a>
        <search className="order-3 w-full sm:order-none sm:ml-auto sm:w-80">
          <form action={to('/search')} className="flex">
            <input
              type="search"
              name="q"
              defaultValue={query}
              aria-label={t('nav.searchLabel')}
              placeholder={t('nav.searchLabel')}
              className="min-h-11 w-full min-w-0 rounded-l-[10px] border border-r-0 border-border bg-paper px-3"
            />
            <button
              type="submit"
              aria-label={t('nav.search')}
              className="rounded-r-[10px] border border-border px-3 hover:text-accent"
            >
              <SearchIcon className="size-5" />
            </button>
          </form>
        </search>
        <a
          href={to('/account/orders')}
          aria-label={t('nav.account')}
          className="ml-auto grid size-11 place-items-center rounded-full hover:text-accent sm:ml-0"
        >
          <PersonIcon className="size-6" />
        </a>
        <a
          href={to('/cart')}
          aria-label={cartCount === 0 ? t('nav.cart') : t('nav.cartCount', { count: cartCount })}
          className="relative -ml-4 grid size-11 place-items-center rounded-full hover:text-accent"
        >
          <CartIcon className="size-6" />
          {cartCount > 0 && (
            <span className="money absolute top-0 right-0 min-w-5 rounded-full bg-accent px-1.5 text-center text-xs leading-5 font-semibold text-on-accent">
              {cartCount}
            </span>
          )}
        </a>
      </div>
      <nav aria-label={t('nav.menu')} className="mx-auto max-w-6xl overflow-x-auto px-4 sm:px-6">
        <ul className="flex gap-6">
          {menu.map((entry) => (
            <li key={entry.slug}>
              <a
                href={to(`/c/${entry.slug}`)}
                className="block py-2.5 font-medium whitespace-nowrap text-muted no-underline hover:text-accent"
              >
                {entry.name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
    </header>
  )
}
