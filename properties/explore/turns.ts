import { setImmediate } from "node:timers/promises"

// Long work gives way now and then: it is a generator, and its driver decides what happens in between.

/** Does the work at one go. */
export const finished = <A>(work: Generator<void, A, void>): A => {
  for (;;) {
    const turn = work.next()
    if (turn.done === true) return turn.value
  }
}

/** How long work goes on before it gives way, in milliseconds, where it does so only now and then. */
const turnMillis = 50

/** The same work, which gives way only after a while, however often it could. */
export function* inLongTurns<A>(work: Generator<void, A, void>): Generator<void, A, void> {
  for (;;) {
    const until = performance.now() + turnMillis
    do {
      const turn = work.next()
      if (turn.done === true) return turn.value
    } while (performance.now() < until)
    yield
  }
}

/** Does the work, and lets the event loop run now and then; once it is late, the work is left, and null is returned. */
export const untilLate = async <A>(
  work: Generator<void, A, void>,
  isLate: () => boolean,
): Promise<A | null> => {
  const turns = inLongTurns(work)
  for (;;) {
    const turn = turns.next()
    if (turn.done === true) return turn.value
    await setImmediate()
    if (isLate()) return null
  }
}

/** Does the work, and lets the event loop run in between: timers fire, signals are heard. */
export const inTurns = async <A>(work: Generator<void, A, void>): Promise<A> => {
  for (;;) {
    const turn = work.next()
    if (turn.done === true) return turn.value
    await setImmediate()
  }
}
