// The brand for servers that write pages and mails. Storefront and console import the files of `public` by their names.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Folder that a server serves under `/brand/`. */
export const brandFolder = fileURLToPath(new URL('../public/', import.meta.url))

const textOf = (name: string): string => readFileSync(new URL(`../public/${name}`, import.meta.url), 'utf8').trim()

/** For the head of a page. */
export const brandLinks =
  '<link rel="stylesheet" href="/brand/tokens.css"><link rel="stylesheet" href="/brand/fonts.css"><link rel="icon" href="/brand/sign.svg" type="image/svg+xml">'

/** The sign as an SVG element of class `sign`, in the colour of the text around it. */
export const sign = textOf('sign.svg').replace(/ color="[^"]*"/, ' class="sign" aria-hidden="true"')

/** Colours of the light theme by name, for mails: `accent` → `#0f766e`. */
export const lightColours: ReadonlyMap<string, string> = new Map(
  [...textOf('tokens.css').matchAll(/--([a-z-]+): light-dark\((#[0-9a-f]{6})/g)].map(([, name = '', colour = '']) => [
    name,
    colour,
  ]),
)
