// The pictures of a product.
import type { Image } from '@cartwright/sdk'
import { useTranslation } from 'react-i18next'
import { pictureUrl } from '../links.ts'

/** The pictures of a product in a row that snaps; it scrolls by touch, wheel and keyboard. */
export const Gallery = ({ images, name }: { images: readonly Image[]; name: string }) => {
  const { t } = useTranslation()
  return (
    <section
      aria-label={t('product.pictures')}
      // A row that scrolls must be reachable by keyboard.
      tabIndex={images.length > 1 ? 0 : undefined}
      className="flex snap-x snap-mandatory gap-4 overflow-x-auto rounded-3xl"
    >
      {images.map((image, index) => (
        <img
          key={image.url}
          src={pictureUrl(image.url)}
          alt={image.alt || name}
          width="800"
          height="800"
          fetchPriority={index === 0 ? 'high' : undefined}
          loading={index === 0 ? 'eager' : 'lazy'}
          className="aspect-square w-full shrink-0 snap-center rounded-3xl border border-line bg-paper object-cover"
        />
      ))}
    </section>
  )
}
