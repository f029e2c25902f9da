// Renders a saga's table as a Mermaid state diagram and as a Markdown table.

interface DrawnStep {
  to?: string
  effects: readonly string[]
  again?: { max: number; otherwise: DrawnStep }
}

interface DrawnSaga {
  name: string
  initial: string
  terminal: readonly string[]
  states: Readonly<Record<string, Readonly<Record<string, DrawnStep | undefined>>>>
}

const arrows = (state: string, input: string, step: DrawnStep): string[] => {
  if (!step.again) return [`  ${state} --> ${step.to ?? state}: ${input}`]
  const times = Number.isFinite(step.again.max) ? ` (${step.again.max} times)` : ''
  return [
    `  ${state} --> ${state}: ${input}${times}`,
    ...(step.again.otherwise.to ? [`  ${state} --> ${step.again.otherwise.to}: ${input}, at last`] : []),
  ]
}

const outcome = (state: string, step: DrawnStep): string => {
  const effects = step.effects.join(', ') || 'nothing'
  if (!step.again) return `${effects} → ${step.to ?? state}`
  const last = step.again.otherwise
  return Number.isFinite(step.again.max)
    ? `${effects}, at most ${step.again.max} times; then ${last.effects.join(', ')} → ${last.to ?? state}`
    : `${effects}, as often as needed`
}

/** Markdown: the diagram and the table it was drawn from. */
export const sagaDiagram = ({ initial, terminal, states }: DrawnSaga): string => {
  const pairs = Object.entries(states).flatMap(([state, steps]) =>
    Object.entries(steps).flatMap(([input, step]): [string, string, DrawnStep][] => (step ? [[state, input, step]] : [])),
  )
  return [
    '```mermaid',
    'stateDiagram-v2',
    `  [*] --> ${initial}`,
    ...pairs.flatMap(([state, input, step]) => arrows(state, input, step)),
    ...terminal.map((state) => `  ${state} --> [*]`),
    '```',
    '',
    '| in state | on | does |',
    '| --- | --- | --- |',
    ...pairs.map(([state, input, step]) => `| ${state} | ${input} | ${outcome(state, step)} |`),
  ].join('\n')
}
