// The cart: lines with their problems, codes, and the sums.
import { useTranslation } from 'react-i18next'
import { changeCart } from '../change-cart.server.ts'
import { CartLineRow } from '../components/cart-line.tsx'
import { CartNotices } from '../components/cart-notices.tsx'
import { CartTotals } from '../components/cart-totals.tsx'
import { CodeForm } from '../components/code-form.tsx'
import { ButtonLink, Card, Notice } from '../components/controls.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { useTo } from '../links.ts'
import type { PageHandle } from '../root.tsx'
import { shopFor } from '../shop.server.ts'
import type { Route } from './+types/cart'

export const handle: PageHandle = { hydrate: true }

export const loader = async ({ context }: Route.LoaderArgs) => {
  const { client, locale, session } = context.get(visitContext)
  const [cart, { shop }] = await orAnswer(Promise.all([session.tokens ? client.cart.get() : null, shopFor(client, locale)]))
  return { cart, most: shop.limits.lineQuantity }
}

export const action = async ({ request, context }: Route.ActionArgs) => {
  const { client, locale } = context.get(visitContext)
  return changeCart(client, locale, await request.formData())
}

export default function CartPage({ loaderData: { cart, most }, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  if (!cart || cart.lines.length === 0)
    return (
      <Card className="mx-auto max-w-xl text-center">
        <title>{t('cart.title')}</title>
        <h1 className="text-2xl font-semibold">{t('cart.empty')}</h1>
        <p className="mt-6">
          <ButtonLink href={to('/')}>{t('cart.goOn')}</ButtonLink>
        </p>
      </Card>
    )
  const isBlocked = cart.problems.some(({ lineId }) => lineId !== undefined)
  return (
    <>
      <title>{t('cart.title')}</title>
      <h1 className="mb-6 text-3xl font-bold tracking-tight">{t('cart.title')}</h1>
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
        <Card>
          {actionData?.failure && (
            <div className="mb-4">
              <Notice tone="danger">{actionData.failure}</Notice>
            </div>
          )}
          <ul>
            {cart.lines.map((line) => (
              <CartLineRow
                key={line.id}
                line={line}
                problems={cart.problems.filter(({ lineId }) => lineId === line.id)}
                most={most}
              />
            ))}
          </ul>
        </Card>
        <Card aria-labelledby="sums" className="space-y-5">
          <h2 id="sums" className="text-xl font-semibold">
            {t('totals.title')}
          </h2>
          <CartTotals cart={cart} />
          <CartNotices problems={cart.problems} />
          <CodeForm codes={cart.codes} action={to('/cart')} />
          {isBlocked ? null : (
            <ButtonLink href={to('/checkout/address')} className="w-full">
              {t('cart.checkout')}
            </ButtonLink>
          )}
        </Card>
      </div>
    </>
  )
}
