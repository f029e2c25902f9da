// Tells robots which pages belong to visitors, and where the sitemap is.
import { visitContext } from '../context.ts'
import { robotsText } from '../seo.ts'
import type { Route } from './+types/robots'

export const loader = ({ context }: Route.LoaderArgs) =>
  new Response(robotsText(context.get(visitContext).origin), {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'public, max-age=3600' },
  })
