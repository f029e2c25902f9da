// What a saga table guarantees: pure decisions, counted repeats, compensation first, and nothing left behind in any order of inputs.
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Effect, type Input, purchase, type State } from './saga.fixture.ts'
import { decideStep, stay, undecided } from './saga.ts'

test('a step enters the new state with its effects and starts that state’s deadline', () => {
  expect(decideStep(purchase, { state: 'reserving', tries: 1 }, 'reserved')).toEqual({
    state: 'paying',
    tries: 0,
    effects: ['askPayment'],
    restart: true,
  })
})

test('a state that stays keeps its deadline', () => {
  expect(decideStep(purchase, { state: 'paying', tries: 0 }, 'opened')).toEqual({
    state: 'paying',
    tries: 0,
    effects: ['rememberDeadline'],
    restart: false,
  })
})

test('a deadline repeats its effects as often as the table says, then compensates', () => {
  const first = decideStep(purchase, { state: 'reserving', tries: 0 }, 'timedOut')
  const second = decideStep(purchase, { state: 'reserving', tries: first?.tries ?? 0 }, 'timedOut')
  const third = decideStep(purchase, { state: 'reserving', tries: second?.tries ?? 0 }, 'timedOut')
  expect([first, second]).toEqual([
    { state: 'reserving', tries: 1, effects: ['askStock'], restart: true },
    { state: 'reserving', tries: 2, effects: ['askStock'], restart: true },
  ])
  expect(third).toEqual({ state: 'cancelled', tries: 0, effects: ['releaseStock'], restart: true })
})

test('a state ignores an input that it does not name', () => {
  expect(decideStep(purchase, { state: 'done', tries: 0 }, 'paid')).toBeNull()
  expect(undecided(purchase)).toContainEqual(['done', 'paid'])
  expect(undecided(purchase)).not.toContainEqual(['cancelled', 'paid'])
})

test('compensation stands before the effects of the step it belongs to', () => {
  expect(
    decideStep(
      { ...purchase, states: { ...purchase.states, paying: { paid: { to: 'cancelled', effects: ['releaseStock', 'refund'] } } } },
      { state: 'paying', tries: 0 },
      'paid',
    )?.effects,
  ).toEqual(['releaseStock', 'refund'])
  expect(stay().effects).toEqual([])
})

const inputs = Object.keys(purchase.inputs) as Input[]

const run = (order: readonly (Input | 'timedOut')[]) => {
  let at: { state: State; tries: number } = { state: 'reserving', tries: 0 }
  const effects: Effect[] = ['askStock']
  const met: string[] = []
  for (const input of order) {
    const decision = decideStep(purchase, at, input)
    if (decision === null) continue
    met.push(input)
    effects.push(...decision.effects)
    at = decision
  }
  return { state: at.state, effects, met }
}

test('in every order and number of inputs, taken money and stock are kept by a done order or given back', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom<Input | 'timedOut'>(...inputs, 'timedOut'), { maxLength: 12 }), (order) => {
      const { state, effects, met } = run(order)
      if (state === 'cancelled' && met.includes('reserved')) expect(effects).toContain('releaseStock')
      if (state === 'done') expect(effects).not.toContain('releaseStock')
      if (met.includes('paid')) expect(effects).toContain(state === 'done' ? 'confirm' : 'refund')
      if (state === 'done') expect(met).toContain('paid')
    }),
  )
})
