import { adding, guarding, together } from "../../../model/change.ts"
import type { Part } from "../../../model/part.ts"
import type { Check } from "../../../model/protocol.ts"
import { rule } from "../../../model/rule.ts"
import { hostOf, withHost } from "../../../model/state.ts"
import { theHost, type OfCopy } from "../../../model/subject.ts"
import "./words.ts"

const isNotQuiet: Check<OfCopy> = {
  id: "quiet",
  holds: ({ copy }, state) => hostOf(state, copy.host).quiet !== true,
}

const hush = rule("Hush", [], theHost)
  .when(
    { id: "quiet", holds: ({ quiet }) => quiet !== true },
    { id: "enough", holds: (_host, { hushes = 0 }) => hushes < 2 },
  )
  .effect(({ id }, state) => {
    const { hushes = 0, hushedLast = null } = state
    return {
      ...withHost(state, id, { quiet: true, hushedAfter: hushedLast }),
      hushes: hushes + 1,
      hushedLast: id,
    }
  })

export const hushing: Part = {
  id: "hushing",
  isOn: (config) => config.hushing === true,
  change: together(adding({ Hush: hush }), guarding("Record", isNotQuiet, "phase")),
}
