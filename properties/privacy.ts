import { copyNamed, farEnd, place, placedIn, turnedOnIn } from "./evidence.ts"
import { isTold } from "./effects.ts"
import { isOnOneSide, isReadable, lacksEncryption } from "./eligibility.ts"
import type { PairStep, Property } from "./property.ts"
import type { Copy } from "../model/copy.ts"

// Where copies may run for the sake of what others could read, and of the sites that could fail.

const confidentiality: Property = {
  id: "S12",
  name: "Confidentiality",
  family: "safety",
  statement:
    "Whatever a Secondary hears of its guest from its Primary, and whatever moves with an end of their channel, is encrypted, or passes in clear over a private link where the pair does not require encryption.",
  why: "The logging traffic is all that the guest receives: who listens on it reads the guest's memory, disk and network.",
  checks: ["FT-03"],
  witness: "encrypted-over-exposed-link",
  onStep: (seen) => {
    const { before, after } = seen
    for (const primary of after.copies) {
      const secondary = farEnd(after, primary)
      if (secondary !== null && isTold(before, primary, secondary) && isOverheard(seen, primary, secondary))
        return `${place(secondary)} hears from ${place(primary)} what others can read`
    }
    return null
  },
}

/** Whether what passes between two copies can be read where they are after the step, or could where they were before it. */
const isOverheard = ({ config, step, before }: PairStep, a: Copy, b: Copy): boolean => {
  const [earlierA, earlierB] = [copyNamed(before, a.id) ?? a, copyNamed(before, b.id) ?? b]
  return (
    isReadable(config, step.after, before.id, a.host, b.host) ||
    isReadable(config, step.before, before.id, earlierA.host, earlierB.host)
  )
}

const noPlacementInClear: Property = {
  id: "E2",
  name: "NoPlacementInClear",
  family: "safety",
  statement:
    "A copy of a pair that has FT configured and requires encryption is placed only on a host that can encrypt, alone or not, and FT is turned on only where the Primary is on one.",
  why: "A Primary on a host that cannot encrypt could never have a Secondary, and the VM would be unprotected by its own setting.",
  checks: ["FT-03"],
  witness: "encrypted-over-exposed-link",
  // A copy that was left behind before FT was turned on is no placement: it holds nothing that would be logged.
  onStep: (seen) => {
    const { config, after } = seen
    const copy = placedIn(seen) ?? turnedOnIn(seen)
    if (copy === null || after.ft === "notConfigured" || !lacksEncryption(config, after.id, copy.host))
      return null
    return `${place(copy)} is on a host that cannot encrypt, and ${after.id} requires it`
  },
}

const metro: Property = {
  id: "P4",
  name: "Metro",
  family: "safety",
  statement:
    "A Primary and its peer, while that is a Secondary, are on different sides of the pair's metro group.",
  why: "Both copies on one site are lost with it.",
  checks: ["FT-09"],
  witness: "running-across-sites",
  onStep: ({ config, after }) => {
    for (const primary of after.copies) {
      const peer = farEnd(after, primary)
      if (peer?.role === "secondary" && isOnOneSide(config, after.id, primary.host, peer.host))
        return `${place(primary)} and its Secondary ${place(peer)} are on one side of the metro group`
    }
    return null
  },
}

export const privacy: readonly Property[] = [confidentiality, noPlacementInClear, metro]
