import { amending, ruled, together } from "../../../model/change.ts"
import type { Copy } from "../../../model/copy.ts"
import { copyIn, withCopy, type Pair } from "../../../model/pair.ts"
import type { Part } from "../../../model/part.ts"
import type { Rule } from "../../../model/protocol.ts"
import { withPair } from "../../../model/state.ts"
import type { OfCopy } from "../../../model/subject.ts"
import "./words.ts"

/** The pair, in which the copy that was started last remembers where. */
const settled = (pair: Pair): Pair => {
  const newest = pair.copies.at(-1) as Copy
  return withCopy(pair, { ...newest, origin: newest.host, movedFrom: null })
}

/** A copy that migrates remembers where it was. */
const remembering = ({ effect, ...others }: Rule<"Migrate", OfCopy>): Rule<"Migrate", OfCopy> => ({
  ...others,
  effect: (about, state, protocol) => {
    const after = effect(about, state, protocol)
    const { pair, copy } = about
    const moved = after.pairs[pair.id] as Pair
    return withPair(after, withCopy(moved, { ...(copyIn(moved, copy.id) as Copy), movedFrom: copy.host }))
  },
})

export const origins: Part = {
  id: "origins",
  isOn: (config) => config.origins === true,
  change: together(
    ruled("Migrate", (migrate) => remembering(migrate as Rule<"Migrate", OfCopy>) as Rule<"Migrate">),
    amending(({ boots, spawns }) => ({
      boots: (pair, host, generation) => ({ ...settled(boots(pair, host, generation)), home: host }),
      spawns: (...given) => settled(spawns(...given)),
    })),
  ),
}
