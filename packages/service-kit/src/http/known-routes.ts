// Index of the routes of a Fastify instance: the methods of a path, for the header Allow.
import type { FastifyInstance } from 'fastify'

export interface KnownRoutes {
  /** Methods of the path, with OPTIONS; empty for an unknown path. */
  methodsAt(path: string): string[]
  /** Whether a literal route has this path but not this method: then no route with a parameter may answer it. */
  isShadowed(method: string, path: string): boolean
}

const patternOf = (url: string): RegExp =>
  new RegExp(
    `^${url
      .replace(/[.+?^${}()|[\]\\]/g, '\\$&')
      .replace(/:[^/]+/g, '[^/]+')
      .replaceAll('*', '.*')}/?$`,
  )

/** Collects the routes of an instance. Call it before routes are added. */
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
