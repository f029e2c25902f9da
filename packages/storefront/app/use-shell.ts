// What the frame of the page has read, for the parts within it.
import { useRouteLoaderData } from 'react-router'
import { useLocale } from './links.ts'
import type { loader } from './routes/shell.tsx'

export const useShell = () => {
  const shell = useRouteLoaderData<typeof loader>(`${useLocale()}/shell`)
  if (shell === undefined) throw new Error('this part of a page is used outside its frame')
  return shell
}
