// An amount.
import type { Price } from '@cartwright/sdk'
import { useLocale } from '../links.ts'
import { formatMoney } from '../money.ts'

/** An amount in the language of the page. */
export const Money = ({ of }: { of: Price }) => <span className="money">{formatMoney(of, useLocale())}</span>
