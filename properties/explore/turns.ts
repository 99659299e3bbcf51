import { setImmediate } from "node:timers/promises"

// Long work gives way now and then: it is a generator, and whoever drives it decides what happens in between.

/** Does the work at one go. */
export const finished = <A>(work: Generator<void, A, void>): A => {
  for (;;) {
    const turn = work.next()
    if (turn.done === true) return turn.value
  }
}

/** How long work that may be late goes on before it gives way, in milliseconds. */
const turnMillis = 50

/** Does the work, and lets the event loop run now and then; once it is late, the work is left, and null is told. */
export const untilLate = async <A>(
  work: Generator<void, A, void>,
  isLate: () => boolean,
): Promise<A | null> => {
  let began = performance.now()
  for (;;) {
    const turn = work.next()
    if (turn.done === true) return turn.value
    if (performance.now() - began < turnMillis) continue
    await setImmediate()
    if (isLate()) return null
    began = performance.now()
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
