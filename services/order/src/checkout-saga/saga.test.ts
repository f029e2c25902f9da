// The checkout table: each row of the rules, every pair that is left out with its reason, and any order of events ends true.
import { decideStep, go, stay, undecided } from '@cartwright/messaging'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { checkout, type Effect, type Input, inputs, type State } from './saga.ts'
import { feed, happenings, newWorld, settle, straight, type World } from './world.fixture.ts'

const at = (state: State, input: Input | 'timedOut', tries = 0) => decideStep(checkout, { state, tries }, input)
const row = (state: State, input: Input | 'timedOut', to: State, effects: Effect[]) => [state, input, to, effects] as const

describe('the table', () => {
  test.each([
    row('reserving', 'stockReserved', 'opening', ['requestPayment']),
    row('reserving', 'stockRejected', 'cancelled', ['cancelOutOfStock']),
    row('reserving', 'timedOut', 'reserving', ['requestStock']),
    row('reserving', 'cancelAsked', 'cancelled', ['releaseStock', 'cancelByRequest']),
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

  test('a reservation that stays unanswered is asked for again three times, then released and cancelled', () => {
    for (const tries of [0, 1, 2])
      expect(at('reserving', 'timedOut', tries)).toMatchObject({ state: 'reserving', tries: tries + 1, restart: true })
    expect(at('reserving', 'timedOut', 3)).toMatchObject({
      state: 'cancelled',
      effects: ['releaseStock', 'cancelReservationTimeout'],
    })
  })

  test('what was sent is compensated: every way into cancelled that had asked for stock gives it back', () => {
    for (const [state, rows] of Object.entries(checkout.states)) {
      // A row that repeats ends in another step when it has repeated often enough.
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

  test('every state that waits has a deadline, and a row for when it passes', () => {
    const resting: State[] = [...checkout.terminal, 'reviewing']
    for (const state of Object.keys(checkout.states) as State[]) {
      expect([state, checkout.deadlineSec[state] !== undefined]).toEqual([state, !resting.includes(state)])
      expect([state, checkout.states[state].timedOut !== undefined]).toEqual([state, !resting.includes(state)])
    }
  })
})

/** Why a pair is left out: it cannot happen, or it says nothing new. */
const never = {
  reserving: 'nothing was asked of payment yet, nothing is held that could lapse, and nothing was committed',
  opening: 'stock was answered before, and nothing was committed',
  paying: 'stock was answered before, and nothing was committed',
  expiring: 'the page is asked to close, so nobody is sent to it; a hold that lapses is taken anew by the commit',
  cancelling: 'the page is asked to close, and the stock is given back when payment has answered',
  reviewing: 'the money is here; nothing is asked of anybody until an operator decides',
  committing: 'money was taken once and for all: after the pivot there is only forward',
  withdrawing: 'money was taken once and for all, and catalog’s answer decides',
  confirmed: 'the checkout is over: what follows is an order’s life, not a checkout’s',
  cancelled: 'the checkout is over, and this news owes nobody anything',
} as const satisfies Record<State, string>

const leftOut: Record<State, Input[]> = {
  reserving: [
    'stockLapsed',
    'stockCommitted',
    'commitRejected',
    'sessionOpened',
    'paymentSucceeded',
    'paymentFailed',
    'paymentExpired',
    'paymentReviewed',
  ],
  opening: ['stockReserved', 'stockRejected', 'stockCommitted', 'commitRejected'],
  paying: ['stockReserved', 'stockRejected', 'stockCommitted', 'commitRejected'],
  expiring: ['stockReserved', 'stockRejected', 'stockLapsed', 'stockCommitted', 'commitRejected', 'sessionOpened'],
  cancelling: ['stockReserved', 'stockRejected', 'stockLapsed', 'stockCommitted', 'commitRejected', 'sessionOpened'],
  reviewing: [
    'stockReserved',
    'stockRejected',
    'stockLapsed',
    'stockCommitted',
    'commitRejected',
    'sessionOpened',
    'paymentFailed',
    'paymentExpired',
    'paymentReviewed',
    'retryAsked',
  ],
  committing: [
    'stockReserved',
    'stockRejected',
    'stockLapsed',
    'sessionOpened',
    'paymentSucceeded',
    'paymentFailed',
    'paymentExpired',
    'paymentReviewed',
    'compensateAsked',
  ],
  withdrawing: [
    'stockReserved',
    'stockRejected',
    'stockLapsed',
    'sessionOpened',
    'paymentSucceeded',
    'paymentFailed',
    'paymentExpired',
    'paymentReviewed',
    'compensateAsked',
  ],
  confirmed: [...inputs],
  cancelled: [
    'stockRejected',
    'stockLapsed',
    'commitRejected',
    'paymentFailed',
    'paymentExpired',
    'cancelAsked',
    'retryAsked',
    'compensateAsked',
  ],
}

test('every pair that the table leaves out is listed here, under the reason of its state', () => {
  const listed = (Object.keys(leftOut) as State[]).flatMap((state) =>
    leftOut[state].map((input) => `${state} × ${input}: ${never[state]}`),
  )
  expect(
    undecided(checkout, inputs)
      .map(([state, input]) => `${state} × ${input}: ${never[state]}`)
      .sort(),
  ).toEqual(listed.sort())
})

/** Money, stock and status agree, wherever the checkout came to rest. */
const assertTrue = (world: World) => {
  expect(world.moves).toBe(world.status === 'pending' ? 0 : 1)
  expect(world.refundsAsked).toBeLessThanOrEqual(1)
  if (world.state === 'confirmed') {
    expect(world).toMatchObject({
      status: 'processing',
      captured: 20,
      recorded: 20,
      refunded: 0,
      stock: 'committed',
      returned: 0,
    })
  } else if (world.state === 'cancelled') {
    expect(world.refunded).toBe(world.captured)
    expect(world.recorded).toBe(world.captured)
    expect(world).toMatchObject({ status: 'cancelled', returned: world.stock === 'committed' ? 1 : 0 })
    expect(world.stock).not.toBe('held')
  } else {
    expect(world).toMatchObject({
      state: 'reviewing',
      status: 'pending',
      payment: 'review',
      recorded: 15,
      captured: 15,
      refunded: 0,
    })
    expect(['held', 'released']).toContain(world.stock)
  }
}

/** Random stories, some of them beginning as a purchase that goes well for a while. */
const tellStories = (table: typeof checkout, numRuns: number, ended: (world: World) => void = () => undefined) => {
  const usual = ['catalogWorks', 'paymentWorks', 'catalogAnswers', 'paymentAnswers', 'pageOpens', 'shopperPays']
  const happening = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...usual) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.keys(happenings)) },
  )
  const story = fc.tuple(fc.nat({ max: straight.length }), fc.array(happening, { maxLength: 60 }))
  return fc.check(
    fc.property(story, ([begun, rest]) => {
      const world = newWorld(table)
      for (const name of [...straight.slice(0, begun), ...rest]) happenings[name]?.(world)
      settle(world)
      assertTrue(world)
      ended(world)
    }),
    { numRuns },
  )
}

describe('any order of events', { timeout: 60_000 }, () => {
  test('whatever happens in whatever order, and however often answers come, money, stock and status agree in the end', () => {
    const ends = new Set<string>()
    const end = tellStories(checkout, 10_000, (world) =>
      ends.add(`${world.state} ${world.captured > 0 ? 'with' : 'without'} money, stock ${world.stock}`),
    )
    expect(end.counterexample).toBeNull()
    // The stories reach every kind of end, so the property is not true for want of trying.
    for (const kind of [
      'confirmed with money, stock committed',
      'cancelled with money, stock released',
      'cancelled with money, stock committed',
      'cancelled with money, stock rejected',
      'cancelled without money, stock released',
      'cancelled without money, stock rejected',
      'reviewing with money, stock held',
    ]) {
      expect(ends).toContain(kind)
    }
  })

  const { states } = checkout
  // Late stock and money that a cancellation meets are safe twice over: the release and the repeated question find them too.
  test.each([
    [
      'late money is not sent back',
      { ...states, cancelled: { ...states.cancelled, paymentSucceeded: stay<State, Effect>(['markPaid']) } },
    ],
    [
      'a failed payment keeps the stock',
      { ...states, paying: { ...states.paying, paymentFailed: go<State, Effect>('cancelled', ['cancelPaymentFailed']) } },
    ],
    [
      'sold goods of a withdrawn order are not returned',
      {
        ...states,
        withdrawing: { ...states.withdrawing, stockCommitted: go<State, Effect>('cancelled', ['refundAll', 'cancelByRequest']) },
      },
    ],
    [
      'a deadline cancels without asking payment',
      { ...states, paying: { ...states.paying, timedOut: go<State, Effect>('cancelled', ['cancelPaymentExpired']) } },
    ],
    [
      'a wrong amount goes forward',
      {
        ...states,
        paying: { ...states.paying, paymentReviewed: go<State, Effect>('committing', ['markReview', 'commitStock']) },
      },
    ],
  ])('the stories find a table in which %s', (_, defect) => {
    expect(tellStories({ ...checkout, states: defect }, 10_000).counterexample).not.toBeNull()
  })

  test('even inputs that nobody sent never confirm without money, refund twice or leave an end', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom<Input | 'timedOut'>(...inputs, 'timedOut'), { maxLength: 40 }), (story) => {
        const world = newWorld()
        for (const input of story) {
          const before = world.state
          feed(world, input)
          if (checkout.terminal.includes(before)) expect(world.state).toBe(before)
        }
        expect(world.moves).toBeLessThanOrEqual(1)
        expect(world.refundsAsked).toBeLessThanOrEqual(1)
        if (world.status === 'processing') expect([world.recorded > 0, world.refundsAsked]).toEqual([true, 0])
        if (world.status === 'cancelled' && world.recorded > 0) expect(world.refundsAsked).toBe(1)
      }),
      { numRuns: 5000 },
    )
  })
})
