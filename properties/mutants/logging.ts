import { append } from "../../model/log.ts"
import { next, refused } from "../../model/outcome.ts"
import { copyIn, primaryOf, withCopy } from "../../model/pair.ts"
import { reachable, running, withPair } from "../../model/state.ts"
import { rules } from "../../model/step.ts"
import { altered, broken, changingCopy, type Mutant } from "./mutant.ts"

export const loggingMutants: readonly Mutant[] = [
  {
    name: "IndexFromZero",
    story: "An entry is numbered by the length of the log before it: the first has number 0.",
    breaks: ["FT-02"],
    killedBy: { S5: 3 },
    broken: altered("Record", (after, { copy: id }) =>
      changingCopy(after, id, (copy) => ({
        ...copy,
        log: copy.log.map((entry, i) =>
          i === copy.log.length - 1 ? { ...entry, index: entry.index - 1 } : entry,
        ),
      })),
    ),
  },
  {
    name: "OutputBeforeAck",
    story: "A Primary in lockstep releases an output as soon as it is recorded.",
    breaks: ["FT-02", "FT-08"],
    killedBy: { S4: 5 },
    broken: broken("Release", (config, state, action) => {
      const copy = running(state, action.copy)?.copy
      if (copy?.channel == null || copy.phase !== "lockstep")
        return rules.Release.apply(config, state, action)
      const trusting = changingCopy(state, copy.id, (primary) => ({
        ...primary,
        channel: copy.channel === null ? null : { ...copy.channel, acked: copy.log.length },
      }))
      const outcome = rules.Release.apply(config, trusting, action)
      if (outcome.tag === "refused") return outcome
      return next(changingCopy(outcome.state, copy.id, (primary) => ({ ...primary, channel: copy.channel })))
    }),
  },
  {
    name: "CountSentAsAcked",
    story: "What is recorded and sent counts as acknowledged.",
    breaks: ["FT-02"],
    killedBy: { S16: 5, S4: 6 },
    broken: broken("Ack", (config, state, action) => {
      const found = running(state, action.copy)
      if (found === null) return refused("copy")
      const { pair, copy } = found
      if (copy.phase !== "lockstep" || copy.channel === null) return rules.Ack.apply(config, state, action)
      if (copy.channel.acked >= copy.log.length) return refused("nothing")
      const channel = { ...copy.channel, acked: copy.log.length }
      return next(withPair(state, withCopy(pair, { ...copy, channel })))
    }),
  },
  {
    name: "ReorderChannel",
    story: "The newest entry is delivered first.",
    breaks: ["FT-02"],
    killedBy: { S6: 7 },
    broken: altered("Deliver", (after, { copy: id }, before) => {
      const found = running(before, id)
      const newest = found === null ? undefined : primaryOf(found.pair, found.copy)?.log.at(-1)
      if (found === null || newest === undefined) return after
      return changingCopy(after, id, (copy) => ({ ...copy, log: append(found.copy.log, newest) }))
    }),
  },
  {
    name: "LiveWithholds",
    story: "A Primary that goes live never releases what it withheld, nor anything after it.",
    breaks: ["FT-08"],
    killedBy: { L4: 5 },
    broken: broken("Release", (config, state, action) =>
      running(state, action.copy)?.copy.phase === "live"
        ? refused("nothing")
        : rules.Release.apply(config, state, action),
    ),
  },
  {
    name: "CheckpointForgotten",
    story: "Lockstep begins without a checkpoint: nothing recorded before it counts as delivered.",
    breaks: ["FT-02"],
    killedBy: { S16: 5, S17: 6 },
    broken: altered("BeginLockstep", (after, { copy: id }) =>
      changingCopy(after, id, (copy) => ({
        ...copy,
        channel: copy.channel === null ? null : { ...copy.channel, delivered: 0, acked: 0 },
      })),
    ),
  },
  {
    name: "JoinMarksAllReleased",
    story: "A Secondary that joins takes all of its checkpoint for released.",
    breaks: ["FT-08"],
    killedBy: { S14: 5, S5: 9 },
    broken: altered("JoinLockstep", (after, { copy: id }) =>
      changingCopy(after, id, (copy) => ({ ...copy, released: copy.log.length })),
    ),
  },
  {
    name: "JoinBeforeWithhold",
    story:
      "A Secondary joins while its Primary is still live; the Primary begins to withhold later, if at all.",
    breaks: ["FT-02", "FT-11"],
    killedBy: { S1: 5, S6: 5 },
    broken: {
      ...broken("JoinLockstep", (config, state, action) => {
        const found = running(state, action.copy)
        const primary = found === null ? null : primaryOf(found.pair, found.copy)
        if (found?.copy.phase !== "syncing" || primary?.phase !== "live")
          return rules.JoinLockstep.apply(config, state, action)
        if (!reachable(state, primary.host, found.copy.host)) return refused("unreachable")
        return next(
          withPair(
            state,
            withCopy(found.pair, { ...found.copy, phase: "lockstep", log: [], released: primary.released }),
          ),
        )
      }),
      ...broken("BeginLockstep", (config, state, action) => {
        const found = running(state, action.copy)
        const peer = found?.copy.channel?.peer
        const joined =
          found === null || peer === undefined || peer === "gone" ? null : copyIn(found.pair, peer)
        if (found?.copy.phase !== "live" || joined?.phase !== "lockstep")
          return rules.BeginLockstep.apply(config, state, action)
        if (!reachable(state, found.copy.host, joined.host)) return refused("unreachable")
        const { length } = found.copy.log
        const channel = { peer: joined.id, delivered: length, acked: length }
        return next(withPair(state, withCopy(found.pair, { ...found.copy, phase: "lockstep", channel })))
      }),
    },
  },
]
