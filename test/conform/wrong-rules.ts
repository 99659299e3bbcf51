import { peerOf as endOf, withCopy } from "../../model/pair.ts"
import type { Change } from "../../model/protocol.ts"
import { running, withPair } from "../../model/state.ts"
import type { OfCopy } from "../../model/subject.ts"
import { altered, checking } from "../../properties/mutants/mutant.ts"

// Bugs that no mutant of the catalogue has, so that no stored run was made for them.

/** A contending Secondary still takes entries. */
export const lateDelivery: Change = checking(
  "Deliver",
  "phase",
  ({ copy }: OfCopy) =>
    copy.phase === "lockstep" || (copy.phase === "contending" && copy.role === "secondary"),
)

/** A stale Primary takes all for acknowledged once its Secondary went live. */
export const staleAcknowledgement: Change = altered("Ack", (after, { copy: id }) => {
  const found = running(after, id)
  if (found === null) return after
  const { pair, copy } = found
  if (copy.channel === null || endOf(pair, copy)?.phase !== "live") return after
  const channel = { ...copy.channel, acked: copy.log.length }
  return withPair(after, withCopy(pair, { ...copy, channel }))
})
