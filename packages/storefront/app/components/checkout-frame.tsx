// The frame of the checkout's steps: where one is, the step itself, and the sums beside it.
import type { Cart } from '@cartwright/sdk'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useTo } from '../links.ts'
import { CartTotals } from './cart-totals.tsx'
import { Card } from './controls.tsx'

const steps = ['address', 'delivery', 'review'] as const
export type Step = (typeof steps)[number]

const Steps = ({ current }: { current: Step }) => {
  const { t } = useTranslation()
  const to = useTo()
  const at = steps.indexOf(current)
  return (
    <ol aria-label={t('checkout.steps.label')} className="mb-6 flex gap-4 text-sm sm:text-base">
      {steps.map((step, index) => (
        <li
          key={step}
          aria-current={step === current ? 'step' : undefined}
          className={index <= at ? 'font-semibold' : 'text-muted'}
        >
          {index < at ? <a href={to(`/checkout/${step}`)}>{t(`checkout.steps.${step}`)}</a> : t(`checkout.steps.${step}`)}
          {index < steps.length - 1 && <span className="ml-4 text-muted">›</span>}
        </li>
      ))}
    </ol>
  )
}

interface CheckoutFrameProps {
  step: Step
  title: string
  cart: Cart
  children: ReactNode
}

export const CheckoutFrame = ({ step, title, cart, children }: CheckoutFrameProps) => {
  const { t } = useTranslation()
  return (
    <>
      <title>{title}</title>
      <Steps current={step} />
      <div className="grid items-start gap-6 lg:grid-cols-[1fr_22rem]">
        <Card>
          <h1 className="mb-5 text-2xl font-bold tracking-tight">{title}</h1>
          {children}
        </Card>
        <Card aria-labelledby="sums">
          <h2 id="sums" className="mb-4 text-xl font-semibold">
            {t('totals.title')}
          </h2>
          <CartTotals cart={cart} />
        </Card>
      </div>
    </>
  )
}
