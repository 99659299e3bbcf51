import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { basename, join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { plainConfig } from "../../model/config.ts"
import type { Action } from "../../model/action.ts"
import { readStory } from "../../traces/read.ts"
import { filesIn, holdsAgain, keep } from "../../traces/store.ts"
import type { Counterexample } from "../../traces/write.ts"
import { statesOf } from "../properties/arbitrary/runs.ts"

describe("keep", () => {
  it("writes a trace that replays, named after property and mutant", () => {
    const folder = freshFolder()

    const file = keep(folder, counterexample)

    expect(basename(file)).toMatch(/^S7\.spawn-ignores-anti-affinity-[0-9a-f]{8}\.itf\.json$/)
    expect(readStory(file)).toMatchObject({ mutant, actions: counterexample.actions })
  })

  it("names a failure of the protocol itself after the property alone", () => {
    const file = keep(freshFolder(), { ...counterexample, mutant: null })

    expect(basename(file)).toMatch(/^S7\.[0-9a-f]{8}\.itf\.json$/)
  })

  it("gives the same counterexample the same file, and another one another", () => {
    const folder = freshFolder()

    const files = [counterexample, counterexample, other].map((each) => keep(folder, each))

    expect(files[1]).toBe(files[0])
    expect(files[2]).not.toBe(files[0])
    expect(filesIn(folder, ".itf.json")).toEqual([...new Set(files)].sort())
  })
})

describe("a kept failure", () => {
  it("is forgotten when it has held three times in a row", () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)

    expect([1, 2, 3].map(() => holdsAgain(folder, file))).toEqual([false, false, true])
    expect(existsSync(file)).toBe(false)
  })

  it("is counted anew when it is found again", () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)

    holdsAgain(folder, file)
    holdsAgain(folder, file)
    keep(folder, counterexample)

    expect([1, 2].map(() => holdsAgain(folder, file))).toEqual([false, false])
    expect(existsSync(file)).toBe(true)
  })

  it("is counted for itself", () => {
    const folder = freshFolder()
    const [one, two] = [keep(folder, counterexample), keep(folder, other)]

    const forgotten = [one, two, one, two, one].map((file) => holdsAgain(folder, file))

    expect(forgotten).toEqual([false, false, false, false, true])
    expect(existsSync(two)).toBe(true)
  })

  it("survives a ledger that cannot be read", () => {
    const folder = freshFolder()
    const file = keep(folder, counterexample)
    writeFileSync(join(folder, "clean-runs.json"), "{")

    expect(holdsAgain(folder, file)).toBe(false)
    expect(JSON.parse(readFileSync(join(folder, "clean-runs.json"), "utf8"))).toEqual({ [file]: 1 })
  })
})

describe("filesIn", () => {
  it("lists the files of one ending, in the order of their names", () => {
    const folder = freshFolder()
    for (const name of ["b.itf.json", "a.itf.json", "clean-runs.json"]) writeFileSync(join(folder, name), "")

    expect(filesIn(folder, ".itf.json")).toEqual([join(folder, "a.itf.json"), join(folder, "b.itf.json")])
  })

  it("lists nothing where there is no folder", () => {
    expect(filesIn(join(freshFolder(), "missing"), ".itf.json")).toEqual([])
  })
})

// Helpers

const freshFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-"))
  onTestFinished(() => {
    rmSync(folder, { recursive: true })
  })
  return folder
}

const mutant = "SpawnIgnoresAntiAffinity"

/** Two copies on one host, the second one on that host again. */
const counterexampleOn = (host: "h1" | "h2"): Counterexample => {
  const config = plainConfig(2, 1)
  const actions: readonly Action[] = [
    { kind: "PowerOn", pair: "p1", host },
    { kind: "SpawnSecondary", copy: "p1.1", host },
  ]
  return {
    property: "S7",
    step: 2,
    why: `both run on ${host}`,
    config,
    mutant,
    actions,
    states: statesOf(config, mutant, actions),
    found: "by hand",
    seed: null,
    minimality: "found",
    description: null,
  }
}

const counterexample = counterexampleOn("h1")

const other = counterexampleOn("h2")
