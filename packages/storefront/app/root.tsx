// The document of every page. Pages that only show things send no React to the browser; those with `hydrate` in their handle do.
import signUrl from '@cartwright/brand/sign.svg'
import { useContext } from 'react'
import { I18nextProvider } from 'react-i18next'
import {
  isRouteErrorResponse,
  Links,
  type LinksFunction,
  Meta,
  Outlet,
  Scripts,
  useLocation,
  useMatches,
  useRouteError,
} from 'react-router'
import './app.css'
import { Trouble } from './components/trouble.tsx'
import { localeOf } from './locales.ts'
import { NonceContext } from './nonce.ts'
import { textsIn } from './texts/i18n.ts'
import { openVisit } from './visit.server.ts'

export const middleware = [openVisit]

export const links: LinksFunction = () => [{ rel: 'icon', href: signUrl, type: 'image/svg+xml' }]

/** What a route says about itself. */
export interface PageHandle {
  /** Whether the page runs React in the browser. */
  hydrate?: true
}

export const Layout = ({ children }: { children: React.ReactNode }) => {
  const nonce = useContext(NonceContext)
  const { pathname } = useLocation()
  const locale = localeOf(pathname)
  const hydrates = useMatches().some(({ handle }) => (handle as PageHandle | undefined)?.hydrate)
  return (
    <html lang={locale}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <Meta />
        <Links nonce={nonce} />
      </head>
      <body>
        <I18nextProvider i18n={textsIn(locale)}>{children}</I18nextProvider>
        {hydrates ? <Scripts nonce={nonce} /> : <script src="/browse.js" defer nonce={nonce} />}
      </body>
    </html>
  )
}

export default function App() {
  return <Outlet />
}

export const ErrorBoundary = () => {
  const error = useRouteError()
  const status = isRouteErrorResponse(error) ? error.status : 500
  return <Trouble status={status} detail={isRouteErrorResponse(error) ? error.data : undefined} />
}
