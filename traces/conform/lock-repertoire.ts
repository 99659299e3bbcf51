import * as fc from "fast-check"
import { plainConfig } from "../../model/config.ts"
import { lockKinds, type LockState } from "../../model/lock-profile.ts"
import { choiceRange, choicesMax } from "../../properties/arbitrary/plan.ts"
import type { AskedAction } from "./profile.ts"
import type { Repertoire } from "./repertoire.ts"

/** What there is to try on an implementation of the arbitration alone. */
export const lockRepertoire: Repertoire<LockState> = {
  candidates,
  likeness: (state) => JSON.stringify(state),
  likened: (_state, action) => JSON.stringify(action),
  scopes: [
    { name: "one-contender", config: plainConfig(1, 1, { generations: 3 }) },
    { name: "two-contenders", config: plainConfig(2, 1, { generations: 2 }) },
  ],
  plans: (only) =>
    fc.record({
      config:
        only === null
          ? fc.integer({ min: 1, max: 5 }).map((hosts) => plainConfig(hosts, 1))
          : fc.constant(only),
      weights: fc.record(
        Object.fromEntries(lockKinds.map((kind) => [kind, weightOf(kind)])) as Record<
          string,
          fc.Arbitrary<number>
        >,
      ),
      choices: fc.noBias(fc.array(fc.nat(choiceRange - 1), { maxLength: choicesMax, size: "max" })),
    }),
  renaming: () => ({ renamed: (action) => action, note: () => {} }),
  simpler: (config, actions) => {
    const last = config.hosts.length
    const isUsed = actions.some((action) => action["host"] === `h${last}` || action["copy"] === `p1.${last}`)
    return last < 2 || isUsed ? [] : [{ config: { ...config, hosts: config.hosts.slice(0, -1) }, actions }]
  },
}

function candidates(state: LockState, kind: string): readonly AskedAction[] {
  const copies = Object.keys(state.copies)
  const generations = Array.from(
    { length: Math.min(3, state.lock.generation) },
    (_, n) => state.lock.generation - n,
  )
  switch (kind) {
    case "Contend":
      return copies.flatMap((copy) => generations.map((generation) => ({ kind, copy, generation })))
    case "TryLock":
      return copies.map((copy) => ({ kind, copy }))
    case "Advance":
      return [{ kind, ms: 1000 }]
    default:
      return Object.keys(state.hosts).map((host) => ({ kind, host }))
  }
}

function weightOf(kind: string): fc.Arbitrary<number> {
  switch (kind) {
    case "Contend":
    case "TryLock":
      return fc.constantFrom(4, 12)
    case "FailHost":
      return fc.constantFrom(0, 0, 0.3)
    default:
      return fc.constantFrom(0, 1, 4)
  }
}
