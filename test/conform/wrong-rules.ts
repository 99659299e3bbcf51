import { next, refused } from "../../model/outcome.ts"
import { peerOf as endOf, withCopy } from "../../model/pair.ts"
import { running, withPair } from "../../model/state.ts"
import { rules, type Rules } from "../../model/step.ts"

// Bugs that no mutant of the catalogue has, so that no stored run was made for them.

/** A contending Secondary still takes entries. */
export const lateDelivery: Rules = {
  ...rules,
  Deliver: {
    ...rules.Deliver,
    apply: (config, state, action) => {
      const found = running(state, action.copy)
      if (found?.copy.phase !== "contending" || found.copy.role !== "secondary")
        return rules.Deliver.apply(config, state, action)
      const before = withPair(state, withCopy(found.pair, { ...found.copy, phase: "lockstep" }))
      const outcome = rules.Deliver.apply(config, before, action)
      const after = outcome.tag === "next" ? running(outcome.state, action.copy) : null
      if (outcome.tag === "refused" || after === null) return refused("phase")
      return next(withPair(outcome.state, withCopy(after.pair, { ...after.copy, phase: "contending" })))
    },
  },
}

/** A stale Primary takes all for acknowledged once its Secondary went live. */
export const staleAcknowledgement: Rules = {
  ...rules,
  Ack: {
    ...rules.Ack,
    apply: (config, state, action) => {
      const outcome = rules.Ack.apply(config, state, action)
      const after = outcome.tag === "next" ? running(outcome.state, action.copy) : null
      if (outcome.tag === "refused" || after === null) return outcome
      const { pair, copy } = after
      if (copy.channel === null || endOf(pair, copy)?.phase !== "live") return outcome
      const channel = { ...copy.channel, acked: copy.log.length }
      return next(withPair(outcome.state, withCopy(pair, { ...copy, channel })))
    },
  },
}
