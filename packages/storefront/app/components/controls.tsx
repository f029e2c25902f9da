// Buttons, links that look like buttons, and notices.
import type { ComponentProps, ReactNode } from 'react'

const shape =
  'inline-flex min-h-11 items-center justify-center gap-2 rounded-[10px] px-5 py-2.5 font-semibold no-underline transition-colors disabled:opacity-60'
const kinds = {
  strong: 'bg-accent text-on-accent hover:bg-accent-strong',
  quiet: 'border border-border text-ink hover:border-accent hover:text-accent',
  plain: 'px-2 text-accent underline-offset-4 hover:underline',
}

interface Kind {
  kind?: keyof typeof kinds
}

export const Button = ({ kind = 'strong', className = '', ...rest }: ComponentProps<'button'> & Kind) => (
  <button className={`${shape} ${kinds[kind]} ${className}`} {...rest} />
)

export const ButtonLink = ({ kind = 'strong', className = '', ...rest }: ComponentProps<'a'> & Kind) => (
  <a className={`${shape} ${kinds[kind]} ${className}`} {...rest} />
)

const tones = {
  danger: 'bg-danger-ground text-danger',
  warning: 'bg-warning-ground text-warning',
  success: 'bg-success-ground text-success',
}

/** Says what is wrong or went well; `danger` and `warning` are read out at once. */
export const Notice = ({ tone, children }: { tone: keyof typeof tones; children: ReactNode }) => (
  <div role={tone === 'success' ? 'status' : 'alert'} className={`rounded-[10px] px-4 py-3 ${tones[tone]}`}>
    {children}
  </div>
)

export const Card = ({ className = '', ...rest }: ComponentProps<'section'>) => (
  <section className={`rounded-2xl border border-line bg-paper p-5 sm:p-7 ${className}`} {...rest} />
)
