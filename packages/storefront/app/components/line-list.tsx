// Lines of a cart or an order, to read only.
import type { Money as Amount } from '@cartwright/sdk'
import { pictureUrl } from '../links.ts'
import { Money } from './money.tsx'

interface ShownLine {
  id: string
  name: string
  quantity: number
  imageUrl?: string | null
  lineTotal: Amount
}

export const LineList = ({ lines }: { lines: readonly ShownLine[] }) => (
  <ul>
    {lines.map(({ id, name, quantity, imageUrl, lineTotal }) => (
      <li key={id} className="flex items-center gap-4 border-t border-line py-3 first:border-0">
        {imageUrl && (
          <img
            src={pictureUrl(imageUrl)}
            alt=""
            width="56"
            height="56"
            className="size-14 rounded-lg border border-line object-cover"
          />
        )}
        <span className="min-w-0 flex-1">
          {name} <span className="money text-muted">× {quantity}</span>
        </span>
        <span className="font-medium">
          <Money of={lineTotal} />
        </span>
      </li>
    ))}
  </ul>
)
