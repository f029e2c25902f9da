// The product for search engines: schema.org as JSON-LD.
import type { Product } from '@cartwright/sdk'
import { pictureUrl, useLocale } from '../links.ts'
import { pathIn } from '../locales.ts'
import { decimalOf } from '../money.ts'

export const ProductData = ({ product, origin }: { product: Product; origin: string }) => {
  const url = `${origin}${pathIn(useLocale(), `/p/${product.slug}`)}`
  const absolute = (image: string) => new URL(pictureUrl(image), origin).href
  const offers = product.variants.flatMap(({ sku, price, available }) =>
    price === null
      ? []
      : [
          {
            '@type': 'Offer',
            sku,
            url,
            price: decimalOf(price),
            priceCurrency: price.currency,
            availability: `https://schema.org/${available > 0 ? 'InStock' : 'OutOfStock'}`,
          },
        ],
  )
  const json = JSON.stringify({
    '@context': 'https://schema.org',
    '@type': 'Product',
    name: product.name,
    description: product.description,
    image: product.images.map(({ url: image }) => absolute(image)),
    offers,
  })
  return (
    <>
      <link rel="canonical" href={url} />
      {/* JSON of our own; no `<` can end the element. */}
      <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: json.replaceAll('<', '\\u003c') }} />
    </>
  )
}
