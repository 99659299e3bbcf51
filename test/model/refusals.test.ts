import { describe, expect, it } from "vitest"
import { kinds } from "../../model/action.ts"
import type { GuardId } from "../../model/guard-id.ts"
import { guardMeanings } from "../../model/guard-id.ts"
import { refusalOf, refusals } from "../../model/refusals.ts"
import { guardsOfParts, refusingGuards } from "../fixtures.ts"
import { specification } from "../specification.ts"

describe.each(kinds)("the refusals of %s", (kind) => {
  it("are the sentences of the specification, guard by guard", () => {
    const section = new RegExp(`^### ${kind}\\n([\\s\\S]*?)(?=^##)`, "m").exec(specification)?.[1] ?? ""
    const rows = [...section.matchAll(/^\| `([a-z-]+)`\s+\| (.*?)\s*\|$/gm)]
    const added = [
      ...specification.matchAll(
        new RegExp(`^\\| \`${kind}\`\\s+\\| \`([a-z-]+)\`\\s+\\| (.*?)\\s*\\|$`, "gm"),
      ),
    ]
    const sentences = [...rows, ...added].map(([, guard = "", text = ""]) => [guard, plain(text)])

    expect(refusals[kind]).toEqual(Object.fromEntries(sentences))
  })

  it("are those of its rule, and after them those that parts put into it", () => {
    expect(Object.keys(refusals[kind])).toEqual([...refusingGuards(kind), ...guardsOfParts(kind)])
  })
})

describe("the guards", () => {
  it("stand in the specification with what each asks", () => {
    const sections = [...specification.matchAll(/^### Guards(?: of \w+)?\n([\s\S]*?)(?=^##)/gm)]
    const rows = sections.flatMap(([, section = ""]) => [
      ...section.matchAll(/^\| `([a-z-]+)`\s+\| (.*?)\s*\|$/gm),
    ])

    expect(rows.map(([, guard, text = ""]) => [guard, plain(text)])).toEqual(Object.entries(guardMeanings))
  })

  it("are those by which some rule refuses, and the one that comes before all rules", () => {
    const named = new Set<GuardId>([
      "unknown",
      ...kinds.flatMap((kind) => [...refusingGuards(kind), ...guardsOfParts(kind)]),
    ])

    expect(new Set(Object.keys(guardMeanings))).toEqual(named)
  })

  it("are explained in general where the rule itself does not refuse by them", () => {
    expect(refusalOf("Record", "limits")).toBe("it is not so that the target has room for one more copy")
  })
})

// Helpers

/** Without the marks of Markdown. */
function plain(text: string): string {
  return text.replace(/[`_\\]/g, "")
}
