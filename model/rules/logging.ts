import { append, prefix, type Entry } from "../log.ts"
import { next, refused } from "../outcome.ts"
import { primaryOf, withCopy } from "../pair.ts"
import { rule } from "../rule.ts"
import { hasStorage, reachable, running, withPair } from "../state.ts"

/** The Primary executes: one non-deterministic event of the guest becomes an entry of its log. */
export const record = rule("Record", {
  serves: ["FT-02"],
  guards: ["copy", "primary-only", "phase", "storage", "bound"],
  apply: (config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy } = found
    if (copy.role !== "primary") return refused("primary-only")
    if (copy.phase === "contending") return refused("phase")
    if (!hasStorage(state, copy.host)) return refused("storage")
    if (copy.log.length >= config.bounds.log) return refused("bound")

    const entry: Entry = { generation: copy.generation, index: copy.log.length + 1 }
    return next(withPair(state, withCopy(pair, { ...copy, log: append(copy.log, entry) })))
  },
})

/** The next entry reaches the Secondary, and with it how much the Primary has released. */
export const deliver = rule("Deliver", {
  serves: ["FT-02", "FT-04"],
  guards: ["copy", "phase", "secondary-only", "primary", "unreachable", "nothing"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy: secondary } = found
    if (secondary.phase !== "lockstep") return refused("phase")
    if (secondary.role !== "secondary") return refused("secondary-only")
    const primary = primaryOf(pair, secondary)
    if (primary === null || primary.phase !== "lockstep" || primary.channel === null)
      return refused("primary")
    if (primary.generation !== secondary.generation) return refused("primary")
    if (!reachable(state, primary.host, secondary.host)) return refused("unreachable")
    const entry = primary.log[primary.channel.delivered]
    if (entry === undefined) return refused("nothing")

    const channel = { ...primary.channel, delivered: primary.channel.delivered + 1 }
    const received = { ...secondary, log: append(secondary.log, entry), released: primary.released }
    return next(withPair(state, withCopy(withCopy(pair, { ...primary, channel }), received)))
  },
})

/**
 * The Primary learns what has been delivered. An acknowledgement already under way may arrive after the link
 * is cut, or after the Secondary has left lockstep or died: so nothing is asked of the Secondary here.
 */
export const ack = rule("Ack", {
  serves: ["FT-02"],
  guards: ["copy", "primary-only", "phase", "nothing"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy } = found
    if (copy.role !== "primary") return refused("primary-only")
    if (copy.phase !== "lockstep" || copy.channel === null) return refused("phase")
    if (copy.channel.acked >= copy.channel.delivered) return refused("nothing")

    const channel = { ...copy.channel, acked: copy.channel.delivered }
    return next(withPair(state, withCopy(pair, { ...copy, channel })))
  },
})

/**
 * The Output Rule. In lockstep an output leaves once its entry is acknowledged; live, once it is recorded. The
 * world keeps the first output of each number; `NoDivergentOutput` compares a later one with it.
 */
export const release = rule("Release", {
  serves: ["FT-02", "FT-08"],
  guards: ["copy", "primary-only", "phase", "storage", "nothing"],
  apply: (_config, state, action) => {
    const found = running(state, action.copy)
    if (found === null) return refused("copy")
    const { pair, copy } = found
    if (copy.role !== "primary") return refused("primary-only")
    if (copy.phase === "contending") return refused("phase")
    if (!hasStorage(state, copy.host)) return refused("storage")
    const releasable = copy.phase === "live" ? copy.log.length : (copy.channel?.acked ?? 0)
    const entry = prefix(copy.log, releasable)[copy.released]
    if (entry === undefined) return refused("nothing")

    const seenBefore = copy.released < pair.observed.length
    const observed = seenBefore ? pair.observed : append(pair.observed, entry)
    return next(withPair(state, withCopy({ ...pair, observed }, { ...copy, released: copy.released + 1 })))
  },
})
