import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { catalogue } from "../properties/catalogue.ts"
import { readStory } from "../traces/read.ts"
import { outcomeOf, replayStory } from "../traces/replay.ts"

const sections = readFileSync("docs/questions.md", "utf8").split(/^### /m).slice(1)

const answers = sections.map((section): readonly [question: string, files: readonly string[]] => [
  section.slice(0, section.indexOf("\n")),
  [...section.matchAll(/\]\(\.\.\/(traces\/[\w./-]+\.json)\)/g)].map((match) => match[1] ?? ""),
])

describe("a question that is easy to get wrong", () => {
  it.each(answers)("is answered by a trace that is as it promises: %s", (_question, files) => {
    const outcomes = files.map((file) => {
      const story = readStory(file)
      return [file, outcomeOf(story, replayStory(catalogue, story))]
    })

    expect(files.length).toBeGreaterThan(0)
    expect(outcomes).toEqual(files.map((file) => [file, "reproduced"]))
  })

  it("is one of many", () => {
    expect(answers.length).toBeGreaterThanOrEqual(14)
  })
})
