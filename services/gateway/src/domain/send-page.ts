// Sends a page of the gateway with its headers, in the locale that the reader asks for.
import { acceptedLocales, chooseLocale } from '@cartwright/contracts'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { GatewayDeps } from '../deps.ts'
import type { Page, ShownShop } from './page.ts'

/** @param vary whether the language of the page depends on `Accept-Language` */
export const send = (reply: FastifyReply, { html, policy, locale }: Page, status = 200, vary = true): FastifyReply => {
  if (vary) void reply.header('vary', ['Accept-Language', reply.getHeader('vary')].flat().filter(Boolean).join(', '))
  return reply
    .code(status)
    .type('text/html; charset=utf-8')
    .header('content-language', locale)
    .header('content-security-policy', policy)
    .header('cache-control', 'no-store')
    .send(html)
}

/** The locales that a reader asks for, most wanted first: by the address of the page, then by the browser. */
export const wantedLocales = ({ query, headers }: FastifyRequest): (string | undefined)[] => {
  const { locale } = query as { locale?: unknown }
  return [typeof locale === 'string' ? locale : undefined, ...acceptedLocales(headers['accept-language'])]
}

export const shopOf = ({ config, shared }: GatewayDeps): ShownShop => ({ name: shared.shopName, url: config.shopUrl ?? '/' })

export const localeFor = (request: FastifyRequest, { shared }: GatewayDeps): string =>
  chooseLocale(wantedLocales(request), shared.locale)
