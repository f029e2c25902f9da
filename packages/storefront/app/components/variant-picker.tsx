// The options of a product as links: each leads to the page of that choice.
import type { Product } from '@cartwright/sdk'
import { useLocation } from 'react-router'
import { type Choice, queryWith, variantOf } from '../choose-variant.ts'

const looks = {
  chosen: 'border-accent bg-accent-ground text-accent font-semibold',
  open: 'border-border hover:border-accent hover:text-accent',
  gone: 'border-line text-muted line-through',
}

export const VariantPicker = ({ product, choice }: { product: Product; choice: Choice }) => {
  const { pathname } = useLocation()
  return product.options.map(({ name, values }) => (
    <section key={name} className="mt-5" aria-label={name}>
      <p className="font-semibold capitalize">
        {name}: <span className="font-normal text-muted">{choice[name]}</span>
      </p>
      <ul className="mt-2 flex flex-wrap gap-2">
        {values.map((value) => {
          const isChosen = choice[name] === value
          const isBuyable = (variantOf(product, { ...choice, [name]: value })?.available ?? 0) > 0
          return (
            <li key={value}>
              <a
                href={`${pathname}?${queryWith(choice, name, value)}`}
                aria-current={isChosen ? 'true' : undefined}
                data-keep-scroll
                className={`inline-flex min-h-11 min-w-11 items-center justify-center rounded-[10px] border bg-paper px-4 no-underline ${isChosen ? looks.chosen : isBuyable ? looks.open : looks.gone}`}
              >
                {value}
              </a>
            </li>
          )
        })}
      </ul>
    </section>
  ))
}
