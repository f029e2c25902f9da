// Drawings in the colour of the text around them; their meaning stands in text beside them.
import type { ComponentProps } from 'react'

type IconProps = ComponentProps<'svg'>

const Line = (props: IconProps) => (
  <svg
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    strokeWidth="1.8"
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
    {...props}
  />
)

/** The sign of the brand, as `sign.svg` has it. */
export const Sign = (props: IconProps) => (
  <svg viewBox="0 0 32 32" fill="none" stroke="currentColor" aria-hidden="true" {...props}>
    <circle cx="16" cy="16" r="13" strokeWidth="3" />
    <path d="M16 3v26M3 16h26M6.8 6.8l18.4 18.4M25.2 6.8 6.8 25.2" strokeWidth="1.6" opacity=".6" />
    <circle cx="16" cy="16" r="4" fill="currentColor" stroke="none" />
  </svg>
)

export const CartIcon = (props: IconProps) => (
  <Line {...props}>
    <path d="M3 4h2.5l2.3 11.2a1.6 1.6 0 0 0 1.6 1.3h7.7a1.6 1.6 0 0 0 1.6-1.2L20.5 8H6.4" />
    <circle cx="10" cy="20" r="1.1" />
    <circle cx="17" cy="20" r="1.1" />
  </Line>
)

export const SearchIcon = (props: IconProps) => (
  <Line {...props}>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m20 20-4.4-4.4" />
  </Line>
)

export const PersonIcon = (props: IconProps) => (
  <Line {...props}>
    <circle cx="12" cy="8" r="3.8" />
    <path d="M4.5 20c.8-3.7 3.8-5.6 7.5-5.6s6.7 1.9 7.5 5.6" />
  </Line>
)
