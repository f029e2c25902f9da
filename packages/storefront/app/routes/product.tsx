// A product: pictures, options, price, stock, and a form that puts it into the cart.
import { useTranslation } from 'react-i18next'
import { changeCart } from '../change-cart.server.ts'
import { choiceIn, variantOf } from '../choose-variant.ts'
import { Breadcrumbs } from '../components/breadcrumbs.tsx'
import { Button, Notice } from '../components/controls.tsx'
import { Gallery } from '../components/gallery.tsx'
import { PageHead } from '../components/page-head.tsx'
import { PriceTag, StockNote } from '../components/price-tag.tsx'
import { ProductData } from '../components/product-data.tsx'
import { VariantPicker } from '../components/variant-picker.tsx'
import { visitContext } from '../context.ts'
import { orAnswer } from '../failures.server.ts'
import { pictureUrl, useTo } from '../links.ts'
import { shopFor } from '../shop.server.ts'
import type { Route } from './+types/product'

export const loader = async ({ params, context, request }: Route.LoaderArgs) => {
  const { client, locale } = context.get(visitContext)
  const [product, { shop }] = await orAnswer(Promise.all([client.products.get(params.slug), shopFor(client, locale)]))
  const choice = choiceIn(product, new URL(request.url).searchParams)
  const variant = variantOf(product, choice)
  const currency = shop.currencies.find(({ code }) => code === variant?.price?.currency)
  return {
    product,
    choice,
    variant,
    taxIncluded: currency?.taxIncluded ?? true,
    lineQuantity: shop.limits.lineQuantity,
  }
}

export const action = async ({ request, context }: Route.ActionArgs) => {
  const { client, locale } = context.get(visitContext)
  return changeCart(client, locale, await request.formData())
}

export default function ProductPage({ loaderData, actionData }: Route.ComponentProps) {
  const { t } = useTranslation()
  const to = useTo()
  const { product, choice, variant, taxIncluded, lineQuantity } = loaderData
  const images = variant?.images.length ? variant.images : product.images
  const most = Math.min(lineQuantity, variant?.available ?? 0, 20)
  return (
    <>
      <PageHead
        title={product.name}
        path={`/p/${product.slug}`}
        description={product.description.slice(0, 160)}
        image={images[0] && pictureUrl(images[0].url)}
        type="product"
      />
      <ProductData product={product} />
      <Breadcrumbs trail={product.categories.slice(0, 1)} />
      <div className="grid gap-8 lg:grid-cols-2 lg:gap-12">
        <Gallery images={images} name={product.name} />
        <div>
          <h1 className="text-3xl font-bold tracking-tight">{product.name}</h1>
          {variant ? (
            <PriceTag variant={variant} taxIncluded={taxIncluded} />
          ) : (
            <p className="mt-3 text-muted">{t('product.combination')}</p>
          )}
          <VariantPicker product={product} choice={choice} />
          {variant && (
            <form method="post" className="mt-6 flex flex-wrap items-end gap-3">
              <input type="hidden" name="intent" value="add" />
              <input type="hidden" name="sku" value={variant.sku} />
              {most > 0 && variant.price && (
                <>
                  <label>
                    <span className="mb-1 block font-medium">{t('product.quantity')}</span>
                    <select name="quantity" className="min-h-11 rounded-[10px] border border-border bg-paper px-3">
                      {Array.from({ length: most }, (_, index) => (
                        <option key={index + 1}>{index + 1}</option>
                      ))}
                    </select>
                  </label>
                  <Button className="flex-1" data-needs-stock>
                    {t('product.add')}
                  </Button>
                </>
              )}
            </form>
          )}
          <div className="mt-4 space-y-3" data-stock-of={product.slug}>
            {variant && <StockNote variant={variant} />}
            {actionData?.failure === null && (
              <Notice tone="success">
                {t('product.added')}{' '}
                <a href={to('/cart')} className="font-semibold underline">
                  {t('product.toCart')}
                </a>
              </Notice>
            )}
            {actionData?.failure && <Notice tone="danger">{actionData.failure}</Notice>}
          </div>
          <p className="mt-6 leading-relaxed whitespace-pre-line">{product.description}</p>
          {variant && <p className="mt-4 text-sm text-muted">{t('product.sku', { sku: variant.sku })}</p>}
        </div>
      </div>
    </>
  )
}
