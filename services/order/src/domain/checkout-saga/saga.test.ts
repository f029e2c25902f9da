// Unit tests of the checkout saga: rows of the table, omitted pairs with their reasons, and properties of any order of events.
import { decideStep, go, stay, undecided } from '@cartwright/messaging'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { leftOut, never } from './left-out.fixture.ts'
import { checkout, type Effect, type Input, type State } from './saga.ts'
import { createSimulation, events, feed, type Simulation, settle, successfulPurchase } from './saga-simulation.fixture.ts'

const inputs = Object.keys(checkout.inputs) as Input[]
/** Inputs of an order that costs something. */
const paidInputs = inputs.filter((input) => input !== 'nothingDue')
const at = (state: State, input: Input | 'timedOut', tries = 0) => decideStep(checkout, { state, tries }, input)
const row = (state: State, input: Input | 'timedOut', to: State, effects: Effect[]) => [state, input, to, effects] as const

describe('the table', () => {
  test.each([
    row('reserving', 'stockReserved', 'opening', ['requestPayment']),
    row('reserving', 'stockRejected', 'cancelled', ['cancelOutOfStock']),
    row('reserving', 'timedOut', 'reserving', ['requestStock']),
    row('reserving', 'cancelAsked', 'cancelled', ['releaseStock', 'cancelByRequest']),
    row('reserving', 'nothingDue', 'reservingFree', []),
    row('reservingFree', 'stockReserved', 'committing', ['commitStock']),
    row('reservingFree', 'stockRejected', 'cancelled', ['cancelOutOfStock']),
    row('reservingFree', 'cancelAsked', 'cancelled', ['releaseStock', 'cancelByRequest']),
    row('opening', 'sessionOpened', 'paying', ['rememberUrl']),
    row('opening', 'paymentFailed', 'cancelled', ['releaseStock', 'cancelPaymentFailed']),
    row('opening', 'timedOut', 'expiring', ['requestExpiry']),
    row('paying', 'paymentSucceeded', 'committing', ['markPaid', 'commitStock']),
    row('paying', 'paymentReviewed', 'reviewing', ['markReview']),
    row('paying', 'stockLapsed', 'expiring', ['requestExpiry']),
    row('paying', 'timedOut', 'expiring', ['requestExpiry']),
    row('paying', 'cancelAsked', 'cancelling', ['requestExpiry']),
    row('expiring', 'paymentSucceeded', 'committing', ['markPaid', 'commitStock']),
    row('expiring', 'paymentExpired', 'cancelled', ['releaseStock', 'cancelPaymentExpired']),
    row('expiring', 'timedOut', 'expiring', ['requestExpiry']),
    row('cancelling', 'paymentSucceeded', 'cancelled', ['markPaid', 'releaseStock', 'refundAll', 'cancelByRequest']),
    row('cancelling', 'paymentExpired', 'cancelled', ['releaseStock', 'cancelByRequest']),
    row('cancelling', 'cancelAsked', 'cancelling', []),
    row('reviewing', 'cancelAsked', 'cancelled', ['releaseStock', 'refundAll', 'cancelByRequest']),
    row('committing', 'stockCommitted', 'confirmed', ['confirm']),
    row('committing', 'commitRejected', 'cancelled', ['refundAll', 'cancelOutOfStock']),
    row('committing', 'timedOut', 'committing', ['commitStock']),
    row('committing', 'cancelAsked', 'withdrawing', []),
    row('withdrawing', 'stockCommitted', 'cancelled', ['returnStock', 'refundAll', 'cancelByRequest']),
    row('cancelled', 'paymentSucceeded', 'cancelled', ['markPaid', 'refundAll']),
    row('cancelled', 'stockReserved', 'cancelled', ['releaseStock']),
    row('cancelled', 'sessionOpened', 'cancelled', ['requestExpiry']),
  ])('%s and %s lead to %s, with %j', (state, input, to, effects) => {
    expect(at(state, input)).toMatchObject({ state: to, effects })
  })

  test('an unanswered stock request is repeated three times, then the stock is released and the order cancelled', () => {
    for (const state of ['reserving', 'reservingFree'] as const) {
      for (const tries of [0, 1, 2])
        expect(at(state, 'timedOut', tries)).toMatchObject({ state, tries: tries + 1, restart: true })
      expect(at(state, 'timedOut', 3)).toMatchObject({
        state: 'cancelled',
        effects: ['releaseStock', 'cancelReservationTimeout'],
      })
    }
  })

  test('every transition to cancelled after a stock request releases or returns the stock', () => {
    for (const [state, rows] of Object.entries(checkout.states)) {
      // A repeating row takes its final step after the last repeat.
      const steps = Object.entries(rows).flatMap(([input, step]) =>
        [step, ...(step.again ? [step.again.otherwise] : [])].map((each) => [input, each] as const),
      )
      for (const [input, step] of steps) {
        if (step.to !== 'cancelled' || input === 'stockRejected' || input === 'commitRejected') continue
        expect([state, input, step.effects.some((effect) => effect === 'releaseStock' || effect === 'returnStock')]).toEqual([
          state,
          input,
          true,
        ])
      }
    }
  })

  test('every waiting state has a deadline and a row for its timeout', () => {
    const resting: State[] = [...checkout.terminal, 'reviewing']
    for (const state of Object.keys(checkout.states) as State[]) {
      expect([state, checkout.deadline[state] !== undefined]).toEqual([state, !resting.includes(state)])
      expect([state, checkout.states[state].timedOut !== undefined]).toEqual([state, !resting.includes(state)])
    }
  })
})

test('every pair that the table omits is listed under the reason of its state', () => {
  const listed = (Object.keys(leftOut) as State[]).flatMap((state) =>
    leftOut[state].map((input) => `${state} × ${input}: ${never[state]}`),
  )
  expect(
    undecided(checkout)
      .map(([state, input]) => `${state} × ${input}: ${never[state]}`)
      .sort(),
  ).toEqual(listed.sort())
})

/** Asserts that money, stock and status agree at the end of the checkout. */
const assertConsistent = (simulation: Simulation, isFree: boolean) => {
  expect(simulation.moves).toBe(simulation.status === 'pending' ? 0 : 1)
  expect(simulation.refundsAsked).toBeLessThanOrEqual(1)
  if (simulation.state === 'confirmed') {
    expect(simulation).toMatchObject({
      status: 'processing',
      captured: isFree ? 0 : 20,
      recorded: isFree ? 0 : 20,
      refunded: 0,
      stock: 'committed',
      returned: 0,
    })
  } else if (simulation.state === 'cancelled') {
    expect(simulation.refunded).toBe(simulation.captured)
    expect(simulation.recorded).toBe(simulation.captured)
    expect(simulation).toMatchObject({ status: 'cancelled', returned: simulation.stock === 'committed' ? 1 : 0 })
    expect(simulation.stock).not.toBe('held')
  } else {
    expect(simulation).toMatchObject({
      state: 'reviewing',
      status: 'pending',
      payment: 'review',
      recorded: 15,
      captured: 15,
      refunded: 0,
    })
    expect(['held', 'released']).toContain(simulation.stock)
  }
}

/** Runs random sequences of events; some begin with a part of a successful purchase. */
const runProperties = (table: typeof checkout, numRuns: number, ended: (simulation: Simulation) => void = () => undefined) => {
  const usual = ['catalogWorks', 'paymentWorks', 'catalogAnswers', 'paymentAnswers', 'pageOpens', 'shopperPays']
  const event = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...usual) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.keys(events)) },
  )
  const story = fc.tuple(fc.nat({ max: successfulPurchase.length }), fc.array(event, { maxLength: 60 }), fc.nat({ max: 3 }))
  return fc.check(
    fc.property(story, ([begun, rest, one]) => {
      const isFree = one === 0
      const simulation = createSimulation(table, isFree)
      for (const name of [...successfulPurchase.slice(0, begun), ...rest]) events[name]?.(simulation)
      settle(simulation)
      assertConsistent(simulation, isFree)
      ended(simulation)
    }),
    { numRuns },
  )
}

describe('any order of events', { timeout: 60_000 }, () => {
  test('money, stock and status agree in the end, for any order and any number of answers', () => {
    const ends = new Set<string>()
    const end = runProperties(checkout, 10_000, (simulation) =>
      ends.add(`${simulation.state} ${simulation.captured > 0 ? 'with' : 'without'} money, stock ${simulation.stock}`),
    )
    expect(end.counterexample).toBeNull()
    // The sequences reach every kind of outcome, so the property is not vacuous.
    for (const kind of [
      'confirmed with money, stock committed',
      'cancelled with money, stock released',
      'cancelled with money, stock committed',
      'cancelled with money, stock rejected',
      'confirmed without money, stock committed',
      'cancelled without money, stock committed',
      'cancelled without money, stock released',
      'cancelled without money, stock rejected',
      'reviewing with money, stock held',
    ]) {
      expect(ends).toContain(kind)
    }
  })

  const { states } = checkout
  // Late stock and late money during a cancellation are covered twice: by the release and by the repeated request.
  test.each([
    ['late money is not sent back', { ...states, cancelled: { ...states.cancelled, paymentSucceeded: stay(['markPaid']) } }],
    [
      'a failed payment keeps the stock',
      { ...states, paying: { ...states.paying, paymentFailed: go('cancelled', ['cancelPaymentFailed']) } },
    ],
    [
      'sold goods of a withdrawn order are not returned',
      {
        ...states,
        withdrawing: { ...states.withdrawing, stockCommitted: go('cancelled', ['refundAll', 'cancelByRequest']) },
      },
    ],
    [
      'a deadline cancels without asking payment',
      { ...states, paying: { ...states.paying, timedOut: go('cancelled', ['cancelPaymentExpired']) } },
    ],
    [
      'a free order waits for a payment',
      { ...states, reservingFree: { ...states.reservingFree, stockReserved: go('opening', ['requestPayment']) } },
    ],
    [
      'a wrong amount goes forward',
      {
        ...states,
        paying: { ...states.paying, paymentReviewed: go('committing', ['markReview', 'commitStock']) },
      },
    ],
  ])('the properties find a table in which %s', (_, defect) => {
    expect(runProperties({ ...checkout, states: defect }, 10_000).counterexample).not.toBeNull()
  })

  test('spurious inputs never confirm without money, refund twice or leave a terminal state', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Input | 'timedOut'>(...paidInputs, 'timedOut'), { maxLength: 40 }), (story) => {
        const simulation = createSimulation()
        for (const input of story) {
          const before = simulation.state
          feed(simulation, input)
          if (checkout.terminal.includes(before)) expect(simulation.state).toBe(before)
        }
        expect(simulation.moves).toBeLessThanOrEqual(1)
        expect(simulation.refundsAsked).toBeLessThanOrEqual(1)
        if (simulation.status === 'processing') expect([simulation.recorded > 0, simulation.refundsAsked]).toEqual([true, 0])
        if (simulation.status === 'cancelled' && simulation.recorded > 0) expect(simulation.refundsAsked).toBe(1)
      }),
      { numRuns: 5000 },
    )
  })
})
