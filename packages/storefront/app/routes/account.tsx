// The frame of the account's pages, and signing out.
import { useTranslation } from 'react-i18next'
import { Form, Outlet, redirect, useLocation } from 'react-router'
import { assertCustomer } from '../account.server.ts'
import { Button } from '../components/controls.tsx'
import { visitContext } from '../context.ts'
import { useTo } from '../links.ts'
import { pathIn } from '../locales.ts'
import type { PageHandle } from '../root.tsx'
import type { Route } from './+types/account'

export const handle: PageHandle = { hydrate: true }

export const loader = ({ request, context }: Route.LoaderArgs) => {
  assertCustomer(context.get(visitContext), request)
  return null
}

export const action = async ({ context }: Route.ActionArgs) => {
  const { client, locale, session } = context.get(visitContext)
  // The visitor is signed out here even when the shop does not answer.
  await client.auth.logout().catch(() => undefined)
  session.tokens = null
  delete session.draft
  delete session.orderTokens
  return redirect(pathIn(locale, '/'))
}

const pages = ['orders', 'addresses', 'security'] as const

export default function AccountFrame() {
  const { t } = useTranslation()
  const to = useTo()
  const { pathname } = useLocation()
  return (
    <div className="grid gap-6 lg:grid-cols-[12rem_1fr]">
      <nav aria-label={t('account.title')} className="flex gap-4 overflow-x-auto lg:flex-col lg:gap-1">
        {pages.map((page) => (
          <a
            key={page}
            href={to(`/account/${page}`)}
            aria-current={pathname.endsWith(page) ? 'page' : undefined}
            className="rounded-[10px] px-3 py-2 whitespace-nowrap no-underline hover:text-accent aria-[current]:bg-accent-ground aria-[current]:font-semibold aria-[current]:text-accent"
          >
            {t(`account.pages.${page}`)}
          </a>
        ))}
        <Form method="post" action={to('/account')}>
          <Button kind="plain" className="px-3!">
            {t('account.logout')}
          </Button>
        </Form>
      </nav>
      <div className="min-w-0">
        <Outlet />
      </div>
    </div>
  )
}
