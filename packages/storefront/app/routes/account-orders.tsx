// The customer's orders, the newest first.
import { useTranslation } from 'react-i18next'
import { useLocation } from 'react-router'
import { assertCustomer } from '../account.server.ts'
import { ButtonLink, Card } from '../components/controls.tsx'
import { Money } from '../components/money.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useLocale, useTo } from '../links.ts'
import type { Route } from './+types/account-orders'

export const loader = async ({ request, context }: Route.LoaderArgs) => {
  const visit = context.get(visitContext)
  assertCustomer(visit, request)
  const cursor = new URL(request.url).searchParams.get('cursor')
  return orAnswer(Promise.resolve(visit.client.orders.list({ limit: 20, ...(cursor ? { cursor } : {}) })))
}

export default function OrdersPage({ loaderData: { items, nextCursor } }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const locale = useLocale()
  const { pathname } = useLocation()
  const date = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' })
  return (
    <Card>
      <title>{t('account.pages.orders')}</title>
      <h1 className="mb-4 text-2xl font-bold tracking-tight">{t('account.pages.orders')}</h1>
      {items.length === 0 && <p className="text-muted">{t('account.noOrders')}</p>}
      <ul>
        {items.map(({ id, number, status, total, createdAt }) => (
          <li key={id} className="border-t border-line first:border-0">
            <a href={to(`/orders/${id}`)} className="flex flex-wrap justify-between gap-x-6 py-3 no-underline hover:text-accent">
              <span>
                <span className="font-semibold">{number}</span>{' '}
                <span className="text-muted">{date.format(new Date(createdAt))}</span>
              </span>
              <span className="flex gap-5">
                {t(`order.status.${status}`)} <Money of={total} />
              </span>
            </a>
          </li>
        ))}
      </ul>
      {nextCursor && (
        <p className="mt-5">
          <ButtonLink kind="quiet" href={`${pathname}?cursor=${encodeURIComponent(nextCursor)}`}>
            {t('list.more')}
          </ButtonLink>
        </p>
      )}
    </Card>
  )
}
