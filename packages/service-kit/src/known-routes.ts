// Index of the routes of a Fastify instance: which methods a path answers, for Allow.
import type { FastifyInstance } from 'fastify'

export interface KnownRoutes {
  /** Methods that the path answers, OPTIONS among them; empty for a path that is not known. */
  methodsAt(path: string): string[]
  /** Whether the path stands among the routes literally and without this method: then no route with a parameter answers it. */
  isShadowed(method: string, path: string): boolean
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[^/]+/g, '[^/]+')
      .replaceAll('*', '.*')}/?$`,
  )

/** Watches the instance. Call it before routes are added. */
export const watchRoutes = (app: FastifyInstance): KnownRoutes => {
  const patterns = new Map<string, { pattern: RegExp; methods: Set<string> }>()
  app.addHook('onRoute', ({ method, url }) => {
    const known = patterns.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() }
    for (const one of [method].flat()) known.methods.add(one)
    patterns.set(url, known)
  })
  const literal = (path: string): Set<string> | undefined =>
    path.includes(':') ? undefined : patterns.get(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path)?.methods
  return {
    isShadowed: (method, path) => literal(path)?.has(method) === false,
    methodsAt: (path) => {
      const methods = new Set<string>(literal(path))
      if (methods.size > 0) return [...methods.add('OPTIONS')].sort()
      for (const known of patterns.values()) {
        if (known.pattern.test(path)) for (const method of known.methods) methods.add(method)
      }
      return methods.size === 0 ? [] : [...methods.add('OPTIONS')].sort()
    },
  }
}
