// Addresses of the storefront. Every page exists in English and, below `/de`, in German.
import { index, layout, type RouteConfig, type RouteConfigEntry, route } from '@react-router/dev/routes'
import { type Locale, locales, pathIn } from './locales.ts'

const pagesIn = (locale: Locale): RouteConfigEntry => {
  const id = (name: string) => ({ id: `${locale}/${name}` })
  const page = (path: string, name: string) => route(path, `routes/${name}.tsx`, id(name))
  const pages = [
    index('routes/home.tsx', id('home')),
    page('c/:slug', 'category'),
    page('search', 'search'),
    page('p/:slug', 'product'),
    page('cart', 'cart'),
    page('checkout/address', 'checkout-address'),
    page('checkout/delivery', 'checkout-delivery'),
    page('checkout/review', 'checkout-review'),
    page('checkout/pay/:orderId', 'checkout-pay'),
    page('orders/lookup', 'orders-lookup'),
    page('orders/:orderId', 'order'),
    page('orders/:orderId/return', 'order-return'),
    route('orders/:orderId/events', 'routes/order-events.ts', id('order-events')),
    page('withdraw', 'withdraw'),
    page('pages/:slug', 'content'),
    page('login', 'login'),
    page('register', 'register'),
    page('verify', 'verify'),
    page('forgot', 'forgot'),
    route('account', 'routes/account.tsx', id('account'), [
      page('orders', 'account-orders'),
      page('addresses', 'account-addresses'),
      page('security', 'account-security'),
    ]),
    page('*', 'not-found'),
  ]
  return locale === 'en'
    ? layout('routes/shell.tsx', id('shell'), pages)
    : route(pathIn(locale, '/'), 'routes/shell.tsx', id('shell'), pages)
}

export default [
  route('robots.txt', 'routes/robots.ts'),
  route('sitemap.xml', 'routes/sitemap.ts'),
  ...locales.map(pagesIn),
] satisfies RouteConfig
