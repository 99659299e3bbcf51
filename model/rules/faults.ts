import { match, P } from "ts-pattern"
import type { Copy } from "../copy.ts"
import type { HostId } from "../ids.ts"
import { halted, type Lifecycle } from "../lifecycle.ts"
import type { Pair } from "../pair.ts"
import { always, rule } from "../rule.ts"
import { withEveryPair, withHost, withPair } from "../state.ts"
import { copyNamed, itRuns, theHost, theLink } from "../subject.ts"

/** A host fails, fail-stop: all its copies are gone. */
export const failHost = rule("FailHost", ["FT-05", "FT-07"], theHost)
  .when({ id: "down", holds: ({ up }) => up })
  .faultIf(always)
  .effect(({ id }, state, { lifecycle }) =>
    withEveryPair(withHost(state, id, { up: false }), (pair) =>
      lifecycle.halts(pair, ({ host }) => host === id),
    ),
  )

/** A failed host comes back, empty. Its storage is as it was. */
export const recoverHost = rule("RecoverHost", ["FT-11"], theHost)
  .when({ id: "up", holds: ({ up }) => !up })
  .effect(({ id }, state) => withHost(state, id, { up: true }))

/** The FT logging link between two hosts is cut. */
export const cutLink = rule("CutLink", ["FT-04", "FT-11"], theLink)
  .when({ id: "cut", holds: ({ link }, { cut }) => !cut.includes(link) })
  .faultIf(always)
  .effect(({ link }, state) => ({ ...state, cut: [...state.cut, link].sort() }))

/** A cut link works again. */
export const healLink = rule("HealLink", ["FT-12"], theLink)
  .when({ id: "connected", holds: ({ link }, { cut }) => cut.includes(link) })
  .effect(({ link }, state) => ({ ...state, cut: state.cut.filter((other) => other !== link) }))

/**
 * A link is no longer private: others can listen on it. For a pair that does not encrypt there it is as if it were cut, since
 * nothing of its guest may pass in clear.
 */
export const exposeLink = rule("ExposeLink", ["FT-03"], theLink)
  .when({ id: "exposed", holds: ({ link }, { exposed }) => !exposed.includes(link) })
  .faultIf(always)
  .effect(({ link }, state) => ({ ...state, exposed: [...state.exposed, link].sort() }))

/** The link is private again. */
export const secureLink = rule("SecureLink", ["FT-03", "FT-12"], theLink)
  .when({ id: "private", holds: ({ link }, { exposed }) => exposed.includes(link) })
  .effect(({ link }, state) => ({
    ...state,
    exposed: state.exposed.filter((other) => other !== link),
  }))

/** A running host loses its shared storage. What executes there contends; what only synchronised there halts. */
export const loseStorage = rule("LoseStorage", ["FT-05", "FT-07", "FT-11"], theHost)
  .when({ id: "down", holds: ({ up }) => up }, { id: "storage", holds: ({ storage }) => storage })
  .faultIf(always)
  .effect(({ id }, state, { lifecycle }) =>
    withEveryPair(withHost(state, id, { storage: false }), (pair) => withoutStorageOn(lifecycle, pair, id)),
  )

/** The host reaches its shared storage again. */
export const restoreStorage = rule("RestoreStorage", ["FT-11"], theHost)
  .when({ id: "connected", holds: ({ storage }) => !storage })
  .effect(({ id }, state) => withHost(state, id, { storage: true }))

/** One VM process crashes. On a Secondary this stands for replay divergence and failed checkpoints too. */
export const crashCopy = rule("CrashCopy", ["FT-05", "FT-07"], copyNamed)
  .find(itRuns)
  .faultIf(always)
  .effect(({ pair, copy }, state, { lifecycle }) => withPair(state, halted(lifecycle, pair, copy)))

const withoutStorageOn = (lifecycle: Lifecycle, pair: Pair, host: HostId): Pair =>
  pair.copies
    .filter((copy) => copy.host === host)
    .reduce((after, copy) => afterStorageLoss(lifecycle, after, copy), pair)

/** When storage is back, a copy that executed must prove by the lock that nobody has taken over meanwhile. */
const afterStorageLoss = (lifecycle: Lifecycle, pair: Pair, copy: Copy): Pair =>
  match(copy.phase)
    .with("syncing", () => halted(lifecycle, pair, copy))
    .with(P.union("lockstep", "live"), () => lifecycle.contends(pair, copy))
    .with("contending", () => pair)
    .exhaustive()
