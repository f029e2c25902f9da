// Pages of the account are for customers; everybody else signs in first.
import { redirect } from 'react-router'
import type { Visit } from './context.ts'
import { pathIn } from './locales.ts'

/** @throws a redirect to the sign-in, which leads back here */
export const assertCustomer = ({ session, locale }: Visit, request: Request): void => {
  const role = session.tokens?.principal.role
  if (role !== undefined && role !== 'guest') return
  const { pathname, search } = new URL(request.url)
  throw redirect(`${pathIn(locale, '/login')}?next=${encodeURIComponent(pathname + search)}`)
}
