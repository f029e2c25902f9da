// A line of the cart with its quantity, and a way out of each of its problems.
import type { CartLine, CartProblem } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { useFetcher } from 'react-router'
import { pictureUrl, useLocale, useTo } from '../links.ts'
import { formatMoney } from '../money.ts'
import { Button } from './controls.tsx'
import { Money } from './money.tsx'

const Problem = ({ line, problem }: { line: CartLine; problem: CartProblem }) => {
  const { t } = useTranslation()
  const locale = useLocale()
  const { Form } = useFetcher()
  const { name } = line
  const money = (price: CartProblem['oldPrice']) => (price ? formatMoney(price, locale) : '–')
  const hidden = (quantity: number) => (
    <>
      <input type="hidden" name="lineId" value={line.id} />
      <input type="hidden" name="quantity" value={quantity} />
    </>
  )
  if (problem.code === 'price_changed')
    return (
      <Form method="post" className="flex flex-wrap items-center gap-2">
        <span>{t('problems.price_changed', { name, old: money(problem.oldPrice), new: money(problem.newPrice) })}</span>
        {hidden(line.quantity)}
        <Button kind="plain" name="intent" value="update">
          {t('problems.acceptPrice')}
        </Button>
      </Form>
    )
  if (problem.code === 'out_of_stock') {
    const available = problem.available ?? 0
    return (
      <Form method="post" className="flex flex-wrap items-center gap-2">
        <span>{available > 0 ? t('problems.out_of_stock', { name, available }) : t('problems.out_of_stock_none', { name })}</span>
        {hidden(available)}
        <Button kind="plain" name="intent" value={available > 0 ? 'update' : 'remove'}>
          {available > 0 ? t('problems.takeAvailable', { available }) : t('cart.remove')}
        </Button>
      </Form>
    )
  }
  return <span>{problem.code === 'cart_limit' ? t('problems.cart_limit') : t('problems.unavailable', { name })}</span>
}

const Quantity = ({ line, most }: { line: CartLine; most: number }) => {
  const { t } = useTranslation()
  const fetcher = useFetcher()
  const choices = Array.from({ length: Math.max(Math.min(most, 20), line.quantity) }, (_, index) => index + 1)
  return (
    <fetcher.Form
      method="post"
      className="flex items-center gap-2"
      onChange={(event) => void fetcher.submit(event.currentTarget)}
    >
      <input type="hidden" name="lineId" value={line.id} />
      <input type="hidden" name="intent" value="update" />
      <select
        key={line.quantity}
        name="quantity"
        defaultValue={line.quantity}
        aria-label={t('cart.quantityOf', { name: line.name })}
        aria-busy={fetcher.state !== 'idle'}
        className="min-h-11 rounded-[10px] border border-border bg-paper px-3"
      >
        {choices.map((quantity) => (
          <option key={quantity}>{quantity}</option>
        ))}
      </select>
      <noscript>
        <Button kind="quiet">{t('cart.update')}</Button>
      </noscript>
    </fetcher.Form>
  )
}

interface CartLineProps {
  line: CartLine
  problems: CartProblem[]
  /** Units of one SKU in a cart at most. */
  most: number
}

export const CartLineRow = ({ line, problems, most }: CartLineProps) => {
  const { t } = useTranslation()
  const to = useTo()
  const { Form } = useFetcher()
  return (
    <li className="grid grid-cols-[5rem_1fr] gap-4 border-t border-line py-5 first:border-0 first:pt-0 sm:grid-cols-[6rem_1fr_auto]">
      <div className="aspect-square overflow-hidden rounded-xl border border-line">
        {line.imageUrl && (
          <img src={pictureUrl(line.imageUrl)} alt="" width="96" height="96" className="size-full object-cover" />
        )}
      </div>
      <div className="min-w-0">
        <h2 className="font-medium">
          {line.productSlug ? (
            <a
              href={`${to(`/p/${line.productSlug}`)}?${new URLSearchParams(line.options)}`}
              className="no-underline hover:text-accent"
            >
              {line.name}
            </a>
          ) : (
            line.name
          )}
        </h2>
        {line.unitPrice && (
          <p className="text-sm text-muted">
            <Money of={line.unitPrice} />
          </p>
        )}
        <div className="mt-2 flex flex-wrap items-center gap-3">
          <Quantity line={line} most={most} />
          <Form method="post">
            <input type="hidden" name="lineId" value={line.id} />
            <Button kind="plain" name="intent" value="remove" aria-label={t('cart.removeName', { name: line.name })}>
              {t('cart.remove')}
            </Button>
          </Form>
        </div>
        {problems.length > 0 && (
          <div role="alert" className="mt-3 space-y-1 rounded-[10px] bg-warning-ground px-3 py-2 text-warning">
            {problems.map((problem) => (
              <Problem key={problem.code} line={line} problem={problem} />
            ))}
          </div>
        )}
      </div>
      <p className="col-start-2 font-semibold sm:col-start-3 sm:text-right">
        <Money of={line.lineTotal} />
      </p>
    </li>
  )
}
