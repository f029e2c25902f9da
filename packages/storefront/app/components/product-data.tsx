// The product for search engines: schema.org as JSON-LD.
import type { Product } from '@cartwright/sdk'
import { pictureUrl, useLocale } from '../links.ts'
import { pathIn } from '../locales.ts'
import { decimalOf } from '../money.ts'
import { useShell } from '../use-shell.ts'
import { JsonLd } from './json-ld.tsx'

export const ProductData = ({ product }: { product: Product }) => {
  const { origin } = useShell()
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
  return (
    <JsonLd
      data={{
        '@type': 'Product',
        name: product.name,
        description: product.description,
        image: product.images.map(({ url: image }) => absolute(image)),
        offers,
      }}
    />
  )
}
