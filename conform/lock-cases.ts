import * as fc from "fast-check"
import { plainConfig, plainPair, type Config } from "../model/config.ts"
import { copyIdOf, type CopyId } from "../model/ids.ts"
import { lockKinds, type LockState } from "./lock-model.ts"
import { choiceRange, choicesMax } from "../properties/arbitrary/plan.ts"
import type { AskedAction } from "./profile.ts"
import type { CaseSource, Scope } from "./case-source.ts"
import type { Followed } from "./session.ts"

/** What there is to try on an implementation of the arbitration alone. */
export const lockCases: CaseSource<LockState> = {
  candidates,
  canonicalForm: (_config, state) => JSON.stringify(state),
  canonicalAction: (_config, _state, action) => `${action.kind} ${JSON.stringify(action)}`,
  sortOf: (state, { kind, copy }, guard) =>
    `${kind} ${guard ?? "taken"} ${copy === undefined ? "" : (state.copies[copy as CopyId]?.belief ?? "")}`,
  concerned: (_state, { copy, host }) => JSON.stringify([copy, host]),
  calm: ["Contend", "TryLock", "RestoreStorage", "Resume"],
  scopes: [
    scope("one-contender", "1 contender, up to generation 3", plainConfig(1, 1, { generations: 3 }), "all"),
    scope("two-contenders", "2 contenders, up to generation 2", plainConfig(2, 1, { generations: 2 }), "all"),
    {
      ...scope(
        "overtaken",
        "2 contenders that pause, up to generation 3",
        plainConfig(2, 1, { generations: 3 }),
        "by sort",
      ),
      kinds: ["Contend", "TryLock", "Pause", "Resume"],
    },
  ],
  witnessesIn: (_config, steps) => new Set(steps.flatMap(seenIn)),
  promised: () => ["two-contend", "claim-goes-stale", "stale-claim-loses", "holder-unsure", "stale-holder"],
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
  clusters: (config) => config.hosts.map((_, n) => plainConfig(n + 1, 1)),
  episodes: () => [],
  simpler: (config, actions) => {
    const { hosts, pairs } = config
    const last = hosts.at(-1)?.id
    const contender = copyIdOf(pairs[0]?.id ?? "p1", hosts.length)
    const isUsed = actions.some((action) => action["host"] === last || action["copy"] === contender)
    return hosts.length < 2 || isUsed ? [] : [{ config: withoutLastHost(config), actions }]
  },
}

/** The cluster without its last host, and without the rules and all that is said of its pairs, which a lock knows nothing of. */
const withoutLastHost = ({ hosts, pairs, bounds }: Config): Config => {
  const kept = hosts.slice(0, -1)
  const first = kept[0]?.id ?? "h1"
  const registeredThere = { primary: first, secondary: first }
  return {
    hosts: kept,
    policy: "any",
    pairs: pairs.map(({ id }) => ({ id, ...plainPair, registered: registeredThere })),
    rules: [],
    exposed: [],
    bounds,
  }
}

/** What a step shows that must have been seen, or else little has. */
const seenIn = (step: Followed<LockState>): readonly string[] => {
  if (!step.isTaken) return []
  const { before, action, after } = step
  const copies = Object.values(after.copies)
  const tried = before.copies[action["copy"] as CopyId]
  const isStale = ({ generation }: { readonly generation: number }): boolean =>
    generation < after.lock.generation
  const isTried = action.kind === "TryLock" && tried !== undefined
  return [
    ...(copies.filter(({ belief }) => belief === "contending").length > 1 ? ["two-contend"] : []),
    ...(copies.some((copy) => copy.belief === "contending" && isStale(copy)) ? ["claim-goes-stale"] : []),
    ...(isTried && tried.generation < before.lock.generation ? ["stale-claim-loses"] : []),
    ...(action.kind !== "Contend" &&
    copies.some(
      (copy, n) => copy.belief === "contending" && Object.values(before.copies)[n]?.belief === "holds",
    )
      ? ["holder-unsure"]
      : []),
    ...(copies.some((copy) => copy.belief === "holds" && isStale(copy)) ? ["stale-holder"] : []),
  ]
}

function scope(name: string, says: string, config: Config, refusals: Scope["refusals"]): Scope {
  return { name, says, config, kinds: null, refusals }
}

/** How much time passes at once, in milliseconds: more than a lease lasts, so that one which ends by itself is found. */
const anHour = 3_600_000

function candidates(state: LockState, kind: string): readonly AskedAction[] {
  const copies = Object.keys(state.copies)
  // One that the lock does not have yet loses like an old one.
  const { generation: now } = state.lock
  const generations = [now, now - 1, now - 2, now + 1].filter((generation) => generation >= 1)
  switch (kind) {
    case "Contend":
      return copies.flatMap((copy) => generations.map((generation) => ({ kind, copy, generation })))
    case "TryLock":
      return copies.map((copy) => ({ kind, copy }))
    case "Advance":
      return [{ kind, ms: anHour }]
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
