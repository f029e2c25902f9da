// The rules for rendered objects notice what they are for.
import { expect, test } from 'vitest'
import type { Manifest } from './manifests.ts'
import { flowsBetweenPods, offencesIn } from './rules.ts'

const deployment = (name: string, change: (object: Manifest) => void = () => undefined): Manifest => {
  const labels = { 'app.kubernetes.io/name': name }
  const object = {
    kind: 'Deployment',
    metadata: { name },
    spec: {
      strategy: { rollingUpdate: { maxUnavailable: 0 } },
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          enableServiceLinks: false,
          automountServiceAccountToken: false,
          terminationGracePeriodSeconds: 50,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          topologySpreadConstraints: [{}],
          containers: [
            {
              image: 'cartwright:0.1.0',
              ports: [{ name: 'http', containerPort: 80 }],
              resources: { requests: { cpu: 1, memory: 1 }, limits: { cpu: 1, memory: 1 } },
              securityContext: {
                allowPrivilegeEscalation: false,
                readOnlyRootFilesystem: true,
                capabilities: { drop: ['ALL'] },
              },
              startupProbe: { httpGet: { path: '/livez' } },
              readinessProbe: { httpGet: { path: '/readyz' } },
              livenessProbe: { httpGet: { path: '/livez' } },
            },
          ],
        },
      },
    },
  }
  change(object)
  return object
}

test('a deployment that keeps every rule has no offence', () => {
  expect(offencesIn([deployment('order')])).toEqual([])
})

const podOf = (object: Manifest): Manifest => object.spec.template.spec

test.each([
  ['service links', (object: Manifest) => delete podOf(object).enableServiceLinks, 'has service links'],
  ['root', (object: Manifest) => delete podOf(object).securityContext.runAsNonRoot, 'may run as root'],
  ['a short end', (object: Manifest) => Object.assign(podOf(object), { terminationGracePeriodSeconds: 30 }), 'is killed before'],
  ['no readiness', (object: Manifest) => delete podOf(object).containers[0].readinessProbe, 'no readinessProbe'],
  ['no limits', (object: Manifest) => delete podOf(object).containers[0].resources.limits, 'has no limit'],
  ['no tag', (object: Manifest) => Object.assign(podOf(object).containers[0], { image: 'cartwright' }), 'no version pins'],
  [
    'a port before its registry',
    (object: Manifest) => Object.assign(podOf(object).containers[0], { image: 'registry:5000/cartwright' }),
    'no version pins',
  ],
  [
    'another selector',
    (object: Manifest) => Object.assign(object.spec.selector, { matchLabels: { a: 'b' } }),
    'does not select its own pods',
  ],
  [
    'a secret that does not exist',
    (object: Manifest) => Object.assign(podOf(object).containers[0], { envFrom: [{ secretRef: { name: 'order' } }] }),
    'the Secret order, which does not exist',
  ],
])('a deployment with %s is an offence', (_, change, offence) => {
  expect(offencesIn([deployment('order', change)])).toEqual([expect.stringContaining(offence)])
})

const selecting = (name: string) => ({ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } })

test('a flow needs the policies of both ends', () => {
  const egress = {
    kind: 'NetworkPolicy',
    spec: { ...selecting('order'), egress: [{ to: [selecting('cart')], ports: [{ port: 80 }] }] },
  }
  const ingress = {
    kind: 'NetworkPolicy',
    spec: { ...selecting('cart'), ingress: [{ from: [selecting('order')], ports: [{ port: 'http' }] }] },
  }
  const pods = [deployment('order'), deployment('cart')]
  expect(flowsBetweenPods([...pods, egress])).toEqual([])
  expect(flowsBetweenPods([...pods, ingress])).toEqual([])
  expect(flowsBetweenPods([...pods, egress, ingress])).toEqual(['order -> cart'])
})
