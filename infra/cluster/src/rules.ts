// Rules for the rendered objects of one overlay, beyond what the API server checks. Each rule returns the offences as sentences.
import { hardExitMs } from '@cartwright/service-kit'
import { type Manifest, podOf, titleOf } from './manifests.ts'

type Rule = (objects: readonly Manifest[]) => string[]

const labelsMatch = (selector: Manifest, labels: Readonly<Record<string, string>>): boolean =>
  Object.entries(selector?.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
  (selector?.matchExpressions ?? []).every(
    ({ key, operator, values }: Manifest) => operator === 'In' && values.includes(labels[key]),
  )

const podsOf = (objects: readonly Manifest[]) =>
  objects.flatMap((object) => {
    const pod = podOf(object)
    return pod === null ? [] : [{ object, labels: pod.metadata?.labels ?? {}, spec: pod.spec }]
  })

const isPinned = (image: string): boolean => /:[^:/]+$/.test(image) && !image.endsWith(':latest')

const containerOffences = (container: Manifest): string[] => {
  const { image, resources, securityContext } = container
  const lacks: [boolean, string][] = [
    [!isPinned(image ?? ''), `uses the image ${image}, which no version pins`],
    [!resources?.requests?.cpu || !resources.requests.memory, 'requests no processor time or no memory'],
    [!resources?.limits?.cpu || !resources.limits.memory, 'has no limit of processor time or of memory'],
    [securityContext?.allowPrivilegeEscalation !== false, 'allows privilege escalation'],
    [!securityContext?.capabilities?.drop?.includes('ALL'), 'keeps capabilities'],
  ]
  return lacks.filter(([isLacking]) => isLacking).map(([, what]) => what)
}

const pods: Rule = (objects) =>
  podsOf(objects).flatMap(({ object, spec }) => {
    const lacks: [boolean, string][] = [
      [spec.enableServiceLinks !== false, 'has service links, whose variables the configuration refuses'],
      [spec.automountServiceAccountToken !== false, 'mounts a token for the Kubernetes API'],
      [spec.securityContext?.runAsNonRoot !== true, 'may run as root'],
      [spec.securityContext?.seccompProfile?.type !== 'RuntimeDefault', 'has no seccomp profile'],
    ]
    return [
      ...lacks.filter(([isLacking]) => isLacking).map(([, what]) => what),
      ...spec.containers.flatMap(containerOffences),
    ].map((what) => `${titleOf(object)} ${what}`)
  })

const probes = { startupProbe: '/livez', readinessProbe: '/readyz', livenessProbe: '/livez' } as const

const deployments: Rule = (objects) =>
  podsOf(objects)
    .filter(({ object }) => object.kind === 'Deployment')
    .flatMap(({ object, spec, labels }) => {
      const [container] = spec.containers
      const lacks: [boolean, string][] = [
        ...Object.entries(probes).map(([probe, path]): [boolean, string] => [
          container[probe]?.httpGet?.path !== path,
          `has no ${probe} on ${path}`,
        ]),
        [
          !(spec.terminationGracePeriodSeconds * 1000 > hardExitMs),
          `is killed before a draining process ends itself after ${hardExitMs / 1000} s`,
        ],
        [container.securityContext?.readOnlyRootFilesystem !== true, 'writes to its root file system'],
        [!spec.topologySpreadConstraints?.length, 'is not spread over nodes'],
        [!labelsMatch(object.spec.selector, labels), 'does not select its own pods'],
        [object.spec.strategy?.rollingUpdate?.maxUnavailable !== 0, 'drains a replica before its successor is ready'],
      ]
      return lacks.filter(([isLacking]) => isLacking).map(([, what]) => `${titleOf(object)} ${what}`)
    })

/** Names of objects that a pod reads. `external` are Secrets that an overlay expects in the cluster. */
const references =
  (external: readonly string[]): Rule =>
  (objects) => {
    const has = (kind: string, name: string) =>
      (kind === 'Secret' && external.includes(name)) ||
      objects.some((object) => object.kind === kind && object.metadata.name === name)
    return podsOf(objects).flatMap(({ object, spec }) => {
      const wanted = spec.containers.flatMap(({ envFrom = [], env = [] }: Manifest) => [
        ...envFrom.map(({ configMapRef, secretRef }: Manifest) =>
          configMapRef ? ['ConfigMap', configMapRef.name] : ['Secret', secretRef.name],
        ),
        ...env.flatMap(({ valueFrom }: Manifest) => (valueFrom?.secretKeyRef ? [['Secret', valueFrom.secretKeyRef.name]] : [])),
      ])
      const account = spec.serviceAccountName ? [['ServiceAccount', spec.serviceAccountName]] : []
      return [...wanted, ...account]
        .filter(([kind, name]) => !has(kind, name))
        .map(([kind, name]) => `${titleOf(object)} reads the ${kind} ${name}, which does not exist`)
    })
  }

/** Services, budgets and autoscalers that select nothing. */
const selectors: Rule = (objects) =>
  objects.flatMap((object) => {
    const { kind, spec } = object
    const selects = (selector: Manifest) =>
      Object.keys(selector?.matchLabels ?? {}).length > 0 && podsOf(objects).some(({ labels }) => labelsMatch(selector, labels))
    const isFound =
      kind === 'Service'
        ? selects({ matchLabels: spec.selector })
        : kind === 'PodDisruptionBudget'
          ? selects(spec.selector)
          : kind === 'HorizontalPodAutoscaler'
            ? objects.some((other) => other.kind === spec.scaleTargetRef.kind && other.metadata.name === spec.scaleTargetRef.name)
            : true
    return isFound ? [] : [`${titleOf(object)} selects no pod`]
  })

/** The offences of an overlay. @param externalSecrets Secrets that the overlay expects in the cluster */
export const offencesIn = (objects: readonly Manifest[], externalSecrets: readonly string[] = []): string[] =>
  [pods, deployments, references(externalSecrets), selectors].flatMap((rule) => rule(objects))

const isAllowed = (
  policies: readonly Manifest[],
  direction: 'ingress' | 'egress',
  own: Readonly<Record<string, string>>,
  peer: Readonly<Record<string, string>>,
  isPort: (port: number | string) => boolean,
): boolean =>
  policies
    .filter(({ spec }) => labelsMatch(spec.podSelector, own))
    .flatMap(({ spec }) => spec[direction] ?? [])
    .some(
      (rule: Manifest) =>
        (rule[direction === 'ingress' ? 'from' : 'to'] ?? []).some(
          ({ podSelector, namespaceSelector }: Manifest) =>
            podSelector !== undefined && namespaceSelector === undefined && labelsMatch(podSelector, peer),
        ) && (rule.ports ?? []).some(({ port }: Manifest) => isPort(port)),
    )

/** Flows between pods that both ends allow, as `order -> identity`. */
export const flowsBetweenPods = (objects: readonly Manifest[]): string[] => {
  const policies = objects.filter(({ kind }) => kind === 'NetworkPolicy')
  const all = podsOf(objects)
  const flows = all.flatMap((from) =>
    all.flatMap((to) => {
      const ports: Manifest[] = to.spec.containers.flatMap((container: Manifest) => container.ports ?? [])
      const isOpen = ports.some(({ name, containerPort }) => {
        const isPort = (port: number | string) => port === name || port === containerPort
        return (
          isAllowed(policies, 'egress', from.labels, to.labels, isPort) &&
          isAllowed(policies, 'ingress', to.labels, from.labels, isPort)
        )
      })
      return isOpen ? [`${from.object.metadata.name} -> ${to.object.metadata.name}`] : []
    }),
  )
  return [...new Set(flows)].sort()
}
