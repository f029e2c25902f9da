// Which variant of a product a page shows: the options stand in its address, so every choice is a link.
import type { Product, Variant } from '@cartwright/sdk'

export type Choice = Record<string, string>

/** The chosen options in an address; what is missing or unknown comes from the first variant that can be bought. */
export const choiceIn = (product: Product, query: URLSearchParams): Choice => {
  const known = (name: string, value: string | null) =>
    value !== null && product.options.some((option) => option.name === name && option.values.includes(value))
  const named = Object.fromEntries(
    product.options.flatMap(({ name }) => {
      const value = query.get(name)
      return known(name, value) ? [[name, value as string]] : []
    }),
  )
  const fits = (variant: Variant) => Object.entries(named).every(([name, value]) => variant.options[name] === value)
  const isBuyable = ({ available, price }: Variant) => available > 0 && price !== null
  const shown = product.variants.find((one) => fits(one) && isBuyable(one)) ?? product.variants.find(fits)
  return { ...(shown?.options ?? product.variants[0]?.options ?? {}), ...named }
}

/** The variant of a choice; undefined for a combination that does not exist. */
export const variantOf = (product: Product, choice: Choice): Variant | undefined =>
  product.variants.find(({ options }) => product.options.every(({ name }) => options[name] === choice[name]))

/** The query of a page with another value of one option. */
export const queryWith = (choice: Choice, name: string, value: string): string =>
  new URLSearchParams({ ...choice, [name]: value }).toString()
