import { hasChannel, type LoggingPrimary } from "../../model/copy.ts"
import { append } from "../../model/log.ts"
import { peerOf, primaryOf, withCopy } from "../../model/pair.ts"
import { running, withPair } from "../../model/state.ts"
import type { OfCopy } from "../../model/subject.ts"
import { amending, together } from "../../model/change.ts"
import { altered, changingCopy, checking, effecting, requiring, finding, type Mutant } from "./mutant.ts"

type OfLogging = OfCopy & { readonly copy: LoggingPrimary }

/** The Primary that has the copy as its peer, though it may be live still. */
const itsExecutingPrimary = (about: OfCopy) => {
  const primary = primaryOf(about.pair, about.copy)
  return primary !== null && primary.phase !== "contending" && hasChannel(primary)
    ? { ...about, primary }
    : null
}

/** The peer of the Primary, which may have joined already. */
const itsPeerInStep = ({ pair, copy }: OfCopy) => {
  const peer = peerOf(pair, copy)
  const isThere = peer?.phase === "syncing" || peer?.phase === "lockstep"
  return hasChannel(copy) && isThere ? { pair, copy, peer } : null
}

export const loggingMutants: readonly Mutant[] = [
  {
    name: "IndexFromZero",
    story: "An entry is numbered by the length of the log before it: the first has number 0.",
    breaks: ["FT-02"],
    killedBy: { S5: 3 },
    change: altered("Record", (after, { copy: id }) =>
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
    change: finding("Release", "nothing", ({ pair, copy }: OfCopy) => {
      const entry = copy.log[copy.released]
      const isWithheld = copy.phase === "lockstep" && copy.channel === null
      return entry === undefined || isWithheld ? null : { pair, copy, entry }
    }),
  },
  {
    name: "CountSentAsAcked",
    story: "What is recorded and sent counts as acknowledged.",
    breaks: ["FT-02"],
    killedBy: { S16: 5, S4: 6 },
    change: together(
      checking("Ack", "nothing", ({ copy }: OfCopy) => (copy.channel?.acked ?? 0) < copy.log.length),
      effecting("Ack", ({ pair, copy }: OfLogging, state) => {
        const channel = { ...copy.channel, acked: copy.log.length }
        return withPair(state, withCopy(pair, { ...copy, channel }))
      }),
    ),
  },
  {
    name: "ReorderChannel",
    story: "The newest entry is delivered first.",
    breaks: ["FT-02"],
    killedBy: { S6: 7 },
    change: altered("Deliver", (after, { copy: id }, before) => {
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
    change: requiring("Release", "nothing", ({ copy }: OfCopy) => copy.phase !== "live"),
  },
  {
    name: "CheckpointForgotten",
    story: "Lockstep begins without a checkpoint: nothing recorded before it counts as delivered.",
    breaks: ["FT-02"],
    killedBy: { S16: 5, S17: 6 },
    change: altered("BeginLockstep", (after, { copy: id }) =>
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
    change: amending(({ joins }) => ({
      joins: (pair, secondary, primary) =>
        joins(pair, secondary, { ...primary, released: primary.channel.delivered }),
    })),
  },
  {
    name: "JoinBeforeWithhold",
    story:
      "A Secondary joins while its Primary is still live; the Primary begins to withhold later, if at all.",
    breaks: ["FT-02", "FT-11"],
    killedBy: { S1: 5, S6: 5 },
    change: together(
      finding("JoinLockstep", "primary", itsExecutingPrimary),
      finding("BeginLockstep", "peer", itsPeerInStep),
    ),
  },
]
