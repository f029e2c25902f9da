// An order as its buyer sees it: what happens next, goods, sums, parcels and history. It updates itself.
import { useEffect } from 'react'
import { useTranslation } from 'react-i18next'
import { redirect, useRevalidator } from 'react-router'
import { Card } from '../components/controls.tsx'
import { LineList } from '../components/line-list.tsx'
import { Money } from '../components/money.tsx'
import { PostalAddress } from '../components/postal-address.tsx'
import { Totals } from '../components/totals.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useLocale, useTo } from '../links.ts'
import type { PageHandle } from '../root.tsx'
import type { Route } from './+types/order'

export const handle: PageHandle = { hydrate: true }

export const loader = async ({ params: { orderId }, request, context }: Route.LoaderArgs) => {
  const { client, session } = context.get(visitContext)
  const url = new URL(request.url)
  const ticket = url.searchParams.get('ticket')
  if (ticket) {
    // The ticket of a mail moves into the cookie, so that it stays out of histories and of what is shared.
    session.orderTokens = { ...session.orderTokens, [orderId]: ticket }
    throw redirect(url.pathname)
  }
  return { order: await orAnswer(client.orders.get(orderId, {}, { accessToken: session.orderTokens?.[orderId] })) }
}

/** Milliseconds between two looks when the stream of changes cannot be had. */
const lookMs = 15_000

/** Loads the order again when the shop says that it changed. */
const useLive = (path: string): void => {
  const { revalidate } = useRevalidator()
  useEffect(() => {
    const changes = new EventSource(path)
    changes.onmessage = () => void revalidate()
    const timer = setInterval(() => {
      if (changes.readyState === EventSource.CLOSED && document.visibilityState === 'visible') void revalidate()
    }, lookMs)
    return () => {
      changes.close()
      clearInterval(timer)
    }
  }, [path, revalidate])
}

export default function OrderPage({ loaderData: { order } }: Route.ComponentProps) {
  const { t } = useTranslation()
  const locale = useLocale()
  const path = useTo()
  const isPending = order.status === 'pending'
  useLive(path(`/orders/${order.id}/events`))
  const date = (at: string) => new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
  const text =
    order.paymentStatus === 'review'
      ? t('order.texts.review')
      : order.fulfilmentStatus === 'partial'
        ? t('order.texts.partial')
        : t(`order.texts.${order.status}`)
  return (
    <>
      <title>{t('order.title', { number: order.number })}</title>
      {isPending && (
        <noscript>
          <meta httpEquiv="refresh" content="4" />
        </noscript>
      )}
      <p className="text-muted">
        {t('order.title', { number: order.number })} · {t('order.placed', { date: date(order.createdAt) })}
      </p>
      <div role="status" className="mb-6">
        <h1 className="text-3xl font-bold tracking-tight">{t(`order.status.${order.status}`)}</h1>
        <p className="mt-1 text-lg">{text}</p>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
        <Card>
          <h2 className="mb-2 text-xl font-semibold">{t('order.lines')}</h2>
          <LineList lines={order.lines} />
          {order.shipments.length > 0 && (
            <>
              <h2 className="mt-7 mb-2 text-xl font-semibold">{t('order.shipments')}</h2>
              <ul className="space-y-2">
                {order.shipments.map(({ id, carrier, trackingNumber, trackingUrl, at }) => (
                  <li key={id}>
                    {carrier} <span className="font-mono text-sm">{trackingNumber}</span> · {date(at)}{' '}
                    {trackingUrl && <a href={trackingUrl}>{t('order.track')}</a>}
                  </li>
                ))}
              </ul>
            </>
          )}
          {order.refunds.length > 0 && (
            <>
              <h2 className="mt-7 mb-2 text-xl font-semibold">{t('order.refunds')}</h2>
              <ul>
                {order.refunds.map(({ id, amount, reason }) => (
                  <li key={id} className="flex justify-between gap-4">
                    <span>{reason}</span>
                    <Money of={amount} />
                  </li>
                ))}
              </ul>
            </>
          )}
          <h2 className="mt-7 mb-2 text-xl font-semibold">{t('order.history')}</h2>
          <ol className="space-y-1">
            {order.history.map(({ at, to }) => (
              <li key={at} className="flex justify-between gap-4">
                <span>{t(`order.status.${to}`)}</span>
                <time dateTime={at} className="money text-muted">
                  {date(at)}
                </time>
              </li>
            ))}
          </ol>
          {order.status === 'delivered' && (
            <p className="mt-5">
              <a href={path(`/orders/${order.id}/return`)} className="text-accent">
                {t('returns.title')}
              </a>
            </p>
          )}
          <p className="mt-5 text-sm text-muted">{t('order.live')}</p>
        </Card>
        <Card className="space-y-5">
          <h2 className="text-xl font-semibold">{t('totals.title')}</h2>
          <Totals sums={{ ...order, discounts: order.lines.flatMap(({ discounts }) => discounts) }} />
          {order.addresses.shipping && (
            <div>
              <h3 className="font-semibold">{t('order.address')}</h3>
              <PostalAddress address={order.addresses.shipping} />
            </div>
          )}
        </Card>
      </div>
    </>
  )
}
