import { hasChannel } from "../copy.ts"
import { inPhase, isPrimary, isSecondary, isSure, itsPrimary, linkTo, withStorage } from "../guards.ts"
import { append, prefix, type Entry } from "../log.ts"
import { withCopy } from "../pair.ts"
import { rule } from "../rule.ts"
import { withPair } from "../state.ts"
import { copyNamed, itRuns } from "../subject.ts"

/** The Primary executes: one non-deterministic event of the guest becomes an entry of its log. */
export const record = rule("Record", ["FT-02"], copyNamed)
  .find(itRuns)
  .when(isPrimary, isSure, withStorage)
  .effect(({ pair, copy }, state) => {
    const entry: Entry = { generation: copy.generation, index: copy.log.length + 1 }
    return withPair(state, withCopy(pair, { ...copy, log: append(copy.log, entry) }))
  })

/** The next entry reaches the Secondary, and with it how much the Primary has released. */
export const deliver = rule("Deliver", ["FT-02", "FT-04"], copyNamed)
  .find(itRuns)
  .when(inPhase("lockstep"), isSecondary)
  .find(itsPrimary)
  .when(
    { id: "primary", holds: ({ copy, primary }) => primary.generation === copy.generation },
    linkTo(({ primary }) => primary),
  )
  .find({
    id: "nothing",
    find: (about) => {
      const entry = about.primary.log[about.primary.channel.delivered]
      return entry === undefined ? null : { ...about, entry }
    },
  })
  .effect(({ pair, copy, primary, entry }, state) => {
    const channel = { ...primary.channel, delivered: primary.channel.delivered + 1 }
    const received = { ...copy, log: append(copy.log, entry), released: primary.released }
    return withPair(state, withCopy(withCopy(pair, { ...primary, channel }), received))
  })

/**
 * The Primary learns what has been delivered. An acknowledgement already under way may arrive after the link is cut, or
 * after the Secondary has left lockstep or died: so nothing is required of the Secondary here.
 */
export const ack = rule("Ack", ["FT-02"], copyNamed)
  .find(itRuns)
  .when(isPrimary)
  .find({
    id: "phase",
    find: ({ pair, copy }) => (copy.phase === "lockstep" && hasChannel(copy) ? { pair, copy } : null),
  })
  .when({ id: "nothing", holds: ({ copy: { channel } }) => channel.acked < channel.delivered })
  .effect(({ pair, copy }, state) => {
    const channel = { ...copy.channel, acked: copy.channel.delivered }
    return withPair(state, withCopy(pair, { ...copy, channel }))
  })

/**
 * The Output Rule. In lockstep an output leaves once its entry is acknowledged; live, once it is recorded. The
 * world keeps the first output of each number; `NoDivergentOutput` compares a later one with it.
 */
export const release = rule("Release", ["FT-02", "FT-08"], copyNamed)
  .find(itRuns)
  .when(isPrimary, isSure, withStorage)
  .find({
    id: "nothing",
    find: ({ pair, copy }) => {
      const releasable = copy.phase === "live" ? copy.log.length : (copy.channel?.acked ?? 0)
      const entry = prefix(copy.log, releasable)[copy.released]
      return entry === undefined ? null : { pair, copy, entry }
    },
  })
  .effect(({ pair, copy, entry }, state, { lifecycle }) =>
    withPair(state, lifecycle.releases(pair, copy, entry)),
  )
