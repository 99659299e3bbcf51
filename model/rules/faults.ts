import { match, P } from "ts-pattern"
import type { Copy } from "../copy.ts"
import { linkBetween, type HostId } from "../ids.ts"
import { next, refused } from "../outcome.ts"
import { contending, halted, without, type Pair } from "../pair.ts"
import { fault, rule } from "../rule.ts"
import { hostOf, running, withEveryPair, withHost, withPair } from "../state.ts"

/** A host fails, fail-stop: all its copies are gone. */
export const failHost = rule("FailHost", {
  serves: ["FT-05", "FT-07"],
  guards: ["down", "bound"],
  apply: (config, state, action) => {
    if (!hostOf(state, action.host).up) return refused("down")

    const down = withHost(state, action.host, { up: false })
    return fault(
      config,
      state,
      withEveryPair(down, (pair) => without(pair, (copy) => copy.host === action.host)),
    )
  },
})

/** A failed host comes back, empty. Its storage is as it was. */
export const recoverHost = rule("RecoverHost", {
  serves: ["FT-11"],
  guards: ["up"],
  apply: (_config, state, action) => {
    if (hostOf(state, action.host).up) return refused("up")

    return next(withHost(state, action.host, { up: true }))
  },
})

/** The FT logging link between two hosts is cut. */
export const cutLink = rule("CutLink", {
  serves: ["FT-04", "FT-11"],
  guards: ["cut", "bound"],
  apply: (config, state, action) => {
    const link = linkBetween(...action.hosts)
    if (state.cut.includes(link)) return refused("cut")

    return fault(config, state, { ...state, cut: [...state.cut, link].sort() })
  },
})

/** A cut link works again. */
export const healLink = rule("HealLink", {
  serves: ["FT-12"],
  guards: ["connected"],
  apply: (_config, state, action) => {
    const link = linkBetween(...action.hosts)
    if (!state.cut.includes(link)) return refused("connected")

    return next({ ...state, cut: state.cut.filter((other) => other !== link) })
  },
})

/** A running host loses its shared storage. What executes there contends; what only synchronised there halts. */
export const loseStorage = rule("LoseStorage", {
  serves: ["FT-05", "FT-07", "FT-11"],
  guards: ["down", "storage", "bound"],
  apply: (config, state, action) => {
    const { up, storage } = hostOf(state, action.host)
    if (!up) return refused("down")
    if (!storage) return refused("storage")

    const lost = withHost(state, action.host, { storage: false })
    return fault(
      config,
      state,
      withEveryPair(lost, (pair) => withoutStorageOn(pair, action.host)),
    )
  },
})

/** The host reaches its shared storage again. */
export const restoreStorage = rule("RestoreStorage", {
  serves: ["FT-11"],
  guards: ["connected"],
  apply: (_config, state, action) => {
    if (hostOf(state, action.host).storage) return refused("connected")

    return next(withHost(state, action.host, { storage: true }))
  },
})

/** One VM process crashes. On a Secondary this stands for replay divergence and failed checkpoints too. */
export const crashCopy = rule("CrashCopy", {
  serves: ["FT-05", "FT-07"],
  guards: ["copy", "bound"],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")

    return fault(config, state, withPair(state, halted(found.pair, found.copy)))
  },
})

const withoutStorageOn = (pair: Pair, host: HostId): Pair =>
  pair.copies.filter((copy) => copy.host === host).reduce(afterStorageLoss, pair)

/** When storage is back, a copy that executed must prove by the lock that nobody has taken over meanwhile. */
const afterStorageLoss = (pair: Pair, copy: Copy): Pair =>
  match(copy.phase)
    .with("syncing", () => halted(pair, copy))
    .with(P.union("lockstep", "live"), () => contending(pair, copy))
    .with("contending", () => pair)
    .exhaustive()
