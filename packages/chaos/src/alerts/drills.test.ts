// Table of drills: every alert rule has one, it is held once, and it runs the commands that its runbook states.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { keyOf } from './drill.ts'
import { drills, groupsOf } from './drills.ts'

const root = fileURLToPath(new URL('../../../..', import.meta.url))
const ruleFolder = join(root, 'infra/prometheus/rules')
const rules = readdirSync(ruleFolder)
  .map((name) => readFileSync(join(ruleFolder, name), 'utf8'))
  .join('\n')
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '')

/** The runbook of an alert, without line breaks. */
const runbookOf = (alert: string): string => {
  const [, path = ''] = new RegExp(`- alert: ${alert}\\n[\\s\\S]*?runbook_url: (\\S+)`).exec(rules) ?? []
  return readFileSync(join(root, path), 'utf8').replace(/\s+/g, ' ')
}

test('every alert rule has one drill, in one group', () => {
  expect(drills.map(({ alert }) => alert).toSorted()).toEqual(alerts.toSorted())
  expect(
    groupsOf(null)
      .flat()
      .map(({ alert }) => alert)
      .toSorted(),
  ).toEqual(alerts.toSorted())
})

test('an alert that a fault fires as well has its own drill before that fault', () => {
  const held = groupsOf(null).flatMap((group, index) => group.map((drill) => ({ drill, index })))
  const isLate = ({ drill, index }: (typeof held)[number]) =>
    drill.also.some((key) => held.some((other) => other.drill.alert === key.split(' ')[0] && other.index > index))
  expect(held.filter(isLate).map(({ drill }) => keyOf(drill))).toEqual([])
})

test.each(drills)('the runbook of $alert states the commands of its drill, and how to hold it', ({ alert, commands }) => {
  const runbook = runbookOf(alert)
  expect(commands.filter((command) => !runbook.includes(`npm run ops -- ${command}`))).toEqual([])
  expect(runbook).toContain(`npm run check:alerts -- --only ${alert}`)
})

test('a name without a drill is refused', () => {
  expect(() => groupsOf(['NoSuchAlert'])).toThrow('NoSuchAlert: no such alert')
})
