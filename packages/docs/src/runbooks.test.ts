// Runbooks: each alert has one, each is about an alert, and the commands that they name exist.
import { basename } from 'node:path'
import { operatorCommands } from '@cartwright/shop'
import { expect, test } from 'vitest'
import { listFiles, readText } from './sources.ts'

const folder = 'packages/docs/runbooks/'
const pages = listFiles(`${folder}*.md`).filter((path) => basename(path) !== 'README.md')
const rules = listFiles('infra/prometheus/rules/*.yml').map(readText).join('\n')
const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name ?? '')

/** `DeadLetters` as `dead-letters`. */
const kebabCase = (name: string): string => name.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

test('there are alerts, each with a name of its own', () => {
  expect(alerts.length).toBeGreaterThanOrEqual(12)
  expect(new Set(alerts).size).toBe(alerts.length)
})

test('every alert links its runbook, and every runbook belongs to an alert', () => {
  const linked = [...rules.matchAll(/runbook_url: (\S+)/g)].map(([, path]) => path)
  const expected = alerts.map((name) => `${folder}${kebabCase(name)}.md`)
  expect(linked).toEqual(expected)
  expect(pages).toEqual(expected.toSorted())
})

test.each(pages)('%s says how to confirm, how to mend and when it is over, and is listed in the README', (path) => {
  const text = readText(path)
  expect(alerts).toContain(/^# (\w+)\n/.exec(text)?.[1])
  expect([...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title).slice(0, 3)).toEqual(['Confirm', 'Mend', 'Over'])
  expect(readText(`${folder}README.md`)).toContain(`(${basename(path)})`)
})

test.each(pages)('%s names only commands of operators that exist', (path) => {
  const named = [...readText(path).matchAll(/npm run ops -- ([^`\n]+)/g)].map(([, line]) => line ?? '')
  const isKnown = (line: string) => operatorCommands.some(({ name }) => line === name || line.startsWith(`${name} `))
  expect(named.filter((line) => !isKnown(line))).toEqual([])
})

test('every alert has a test of promtool', () => {
  const tests = listFiles('infra/prometheus/tests/*.yml').map(readText).join('\n')
  const tested = [...tests.matchAll(/- name: ([A-Z]\w+)$/gm)].map(([, name]) => name)
  expect(tested.toSorted()).toEqual(alerts.toSorted())
})
