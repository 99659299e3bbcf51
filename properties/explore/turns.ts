import { setImmediate } from "node:timers/promises"

// Long work gives way now and then: it is a generator, and whoever drives it decides what happens in between.

/** Does the work at one go. */
export const finished = <A>(work: Generator<void, A, void>): A => {
  for (;;) {
    const turn = work.next()
    if (turn.done === true) return turn.value
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
