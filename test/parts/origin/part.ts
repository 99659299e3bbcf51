import { amending } from "../../../model/change.ts"
import type { Copy } from "../../../model/copy.ts"
import { withCopy, type Pair } from "../../../model/pair.ts"
import type { Part } from "../../../model/part.ts"
import "./words.ts"

/** The pair, in which the copy that was started last remembers where. */
const settled = (pair: Pair): Pair => {
  const newest = pair.copies.at(-1) as Copy
  return withCopy(pair, { ...newest, origin: newest.host })
}

export const origins: Part = {
  id: "origins",
  isOn: (config) => config.origins === true,
  change: amending(({ boots, spawns }) => ({
    boots: (...given) => settled(boots(...given)),
    spawns: (...given) => settled(spawns(...given)),
  })),
}
