// Examination after a rollout: what the operator's command `doctor` reports about the shop.
import { examineShop, type Finding, openAdminApi } from '@cartwright/shop/test-shop'
import { at } from '../shop-under-test/fleet-addresses.ts'
import type { ShopUnderTest } from '../shop-under-test/shop-under-test.ts'
import { waitUntil } from '../wait.ts'

const admin = { email: 'admin@example.com', password: 'cartwright-demo' } as const
/** A replica checks its invariants for the first time when it has run for a while; until then the doctor cannot tell. */
const checkedWithinSec = 60

/** Everything that the doctor does not call well, when every service has had the time to check its invariants. */
export const findProblems = async ({ url, fleet }: ShopUnderTest): Promise<Finding[]> => {
  const services = Object.fromEntries(
    fleet.replicas.map(({ name, port, metricsPort }) => [name, { http: at(port), metrics: `${at(metricsPort)}/metrics` }]),
  )
  const credentials = { url, ...admin }
  const api = await openAdminApi(credentials)
  let findings: Finding[] = []
  const isCertain = async (): Promise<boolean> => {
    findings = await examineShop({ api: async () => api, shop: { credentials, running: { gateway: url, services } } })
    return findings.every(({ state }) => state !== 'unknown')
  }
  await waitUntil(isCertain, checkedWithinSec, 1000)
  await api.close()
  return findings.filter(({ state }) => state !== 'well')
}
