import { existsSync, readdirSync, renameSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { check } from "../../cli/check/check.ts"
import { styleFor } from "../../cli/style.ts"
import { replayingStored, storedLines } from "../../cli/check/stored.ts"
import type { CampaignSpec } from "../../properties/check/campaign-spec.ts"
import { finished } from "../../properties/explore/turns.ts"
import type { Property } from "../../properties/property.ts"
import type { Action } from "../../model/action.ts"
import { plainConfig } from "../../model/config.ts"
import { catalogue, matching } from "../../properties/catalogue.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { refinementId } from "../../properties/refinement.ts"
import { mutated } from "../../properties/mutants/mutant.ts"
import { protocolOfStory, replay } from "../../traces/replay.ts"
import { traceOf, writeTrace } from "../../traces/write.ts"
import { freshFolder, write } from "./ftpair.ts"

describe("replaying what is stored", () => {
  it("reports what is kept and still fails, as often as it runs", () => {
    const folder = freshFolder(onTestFinished)
    keepRun(folder, onOneHost)

    for (let run = 1; run <= 4; run += 1) {
      const { findings, forgotten } = replayStored(underMutant, catalogue, folder)
      expect(findings).toMatchObject([{ property: { id: "S7" }, steps: 2 }])
      expect(forgotten).toEqual([])
    }
  })

  it("forgets what has held three times in a row, and not before", () => {
    const folder = freshFolder(onTestFinished)
    const file = keepRun(folder, onTwoHosts)

    const forgotten = [1, 2, 3, 4].map(() => replayStored(underMutant, catalogue, folder).forgotten)

    expect(forgotten).toEqual([[], [], [file], []])
    expect(existsSync(file)).toBe(false)
  })

  it("counts from the last time that it failed", () => {
    const folder = freshFolder(onTestFinished)

    const forgotten = [onTwoHosts, onTwoHosts, onOneHost, onTwoHosts, onTwoHosts].flatMap((actions) => {
      keepRun(folder, actions)
      return replayStored(underMutant, catalogue, folder).forgotten
    })

    expect(forgotten).toEqual([])
  })

  it("does not take for held what was not checked", () => {
    const folder = freshFolder(onTestFinished)
    const file = keepRun(folder, onOneHost)

    for (let run = 1; run <= 3; run += 1) replayStored(underMutant, matching(["L4"]), folder)

    expect(existsSync(file)).toBe(true)
  })

  it("leaves alone what was kept under other rules", () => {
    const folder = freshFolder(onTestFinished)
    keepRun(folder, onOneHost)

    const { replayed, findings } = replayStored({ mutant: "HaFromEmpty", side: "both" }, catalogue, folder)

    expect({ replayed, findings }).toEqual({ replayed: 0, findings: [] })
  })

  it("replays what one side alone was wrong in for that side, and for no other", () => {
    const folder = freshFolder(onTestFinished)
    keepRun(folder, onOneHost, { property: refinementId, side: "model" })

    const bySide = (["model", "engine", "both"] as const).map((side) => {
      const { replayed, findings } = replayStored({ mutant, side }, catalogue, folder)
      return [side, replayed, findings.map(({ property }) => property.id)]
    })

    expect(bySide).toEqual([
      ["model", 1, ["S7"]],
      ["engine", 0, []],
      ["both", 0, []],
    ])
  })

  it("replays what ships with the package where no mutant is asked for, and finds it as promised", () => {
    const { replayed, broken } = replayStored(
      { mutant: null, side: "both" },
      catalogue,
      freshFolder(onTestFinished),
    )

    expect(replayed).toBeGreaterThan(0)
    expect(broken).toEqual([])
  })

  it("finds what shipped runs violate that promise to hold, each property once, by its shortest run", () => {
    const { broken, findings } = replayEdited(freshFolder(onTestFinished), "SecondarySkipsLock")

    expect(findings).toMatchObject([{ property: { id: "S1" }, steps: 7 }])
    expect(broken.filter(({ outcome }) => outcome.includes("S1 violated")).length).toBeGreaterThan(10)
    expect(broken.map(({ file }) => file)).toContain(findings[0]?.file)
    expect(findings[0]?.lines[0]).toContain("by a stored run that promises to hold")
  })

  it("finds no violation in a run that promises one, or that does otherwise without any", () => {
    const { broken, findings } = replayEdited(freshFolder(onTestFinished), "NeverRespawn")

    expect(broken.length).toBeGreaterThan(0)
    expect(findings).toEqual([])
  })

  it.each([
    ["SecondarySkipsLock", "the violation of a safety property", 12],
    ["LoserRetries", "the violation of a liveness property", 13],
  ])("by the rules of %s ends a check with the code of %s, %i", async (edited, _what, code) => {
    const out = freshFolder(onTestFinished)

    const answer = await check({ color: false, quiet: true, out, seed: "7", workers: 1 }, undefined, () =>
      mutated(mutantNamed(edited)),
    )

    expect(answer).toBe(code)
  })

  it("sets aside what it cannot read, says so, and replays the rest", () => {
    const folder = freshFolder(onTestFinished)
    keepRun(folder, onOneHost)
    for (const [name, text] of [
      ["S1.empty.itf.json", ""],
      ["S1.null.itf.json", "null"],
    ] as const)
      write(folder, name, text)

    const stored = replayStored(underMutant, catalogue, folder)

    expect(stored.findings).toMatchObject([{ property: { id: "S7" } }])
    expect(stored.setAside.map(({ file }) => file)).toEqual(
      ["S1.empty.itf.json", "S1.null.itf.json"].map((name) => join(folder, name)),
    )
    expect(storedLines(style, stored).filter((line) => line.includes("set aside, and kept"))).toHaveLength(2)
    expect(readdirSync(folder)).toHaveLength(3)
  })

  it("never touches what conform has kept, however often it runs", () => {
    const folder = freshFolder(onTestFinished)
    const theirs = "conform.ft-pair-b32402b5.itf.json"
    renameSync(keepRun(folder, onTwoHosts), join(folder, theirs))
    write(folder, "conform.lock-00000000.itf.json", { "#meta": { format: "ftpair/1", profile: "lock" } })

    for (let run = 1; run <= 5; run += 1)
      expect(replayStored(underMutant, catalogue, folder)).toMatchObject({ replayed: 0, setAside: [] })

    expect(readdirSync(folder)).toEqual([theirs, "conform.lock-00000000.itf.json"])
  })

  it("replays no more once it is stopped", () => {
    const stopped = AbortSignal.abort()

    expect(
      replayStored({ mutant: null, side: "both" }, catalogue, freshFolder(onTestFinished), stopped).replayed,
    ).toBe(0)
  })

  it("takes a folder that is not there for an empty one, and passes over what is no trace", () => {
    const folder = freshFolder(onTestFinished)
    write(folder, "notes.txt", "nothing to replay")

    expect(replayStored(underMutant, catalogue, folder).replayed).toBe(0)
    expect(replayStored(underMutant, catalogue, join(folder, "missing")).replayed).toBe(0)
  })
})

// Helpers

/** All of it, at one go. */
const replayStored = (
  spec: Pick<CampaignSpec, "mutant" | "side">,
  properties: readonly Property[],
  folder: string,
  stop = new AbortController().signal,
) => finished(replayingStored(style, spec, properties, folder, stop))

/** What is shipped, by rules of the protocol that somebody has edited. */
const replayEdited = (folder: string, edited: string) =>
  finished(
    replayingStored(
      style,
      { mutant: null, side: "both" },
      catalogue,
      folder,
      new AbortController().signal,
      (story) => (story.mutant === null ? mutated(mutantNamed(edited)) : protocolOfStory(story)),
    ),
  )

const mutant = "SpawnIgnoresAntiAffinity"
const underMutant = { mutant, side: "both" as const }

const style = styleFor(process.stdout, false)

/** Two copies on one host, which that mutant allows. */
const onOneHost: readonly Action[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h1" },
]

/** Two copies on two hosts, as they should be. */
const onTwoHosts: readonly Action[] = [
  { kind: "PowerOn", pair: "p1", host: "h1" },
  { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
]

/** Keeps a run as a violation, of S7 if nothing else is said, which it may no longer be; returns its file. */
const keepRun = (
  folder: string,
  actions: readonly Action[],
  more: { readonly property?: string; readonly side?: "model" | "engine" } = {},
): string => {
  const file = join(folder, "S7.by-hand.itf.json")
  const config = plainConfig(2, 1)
  const { states } = replay(mutated(mutantNamed(mutant))(config), [], actions)
  const trace = traceOf(
    {
      property: "S7",
      step: 2,
      why: "by hand",
      config,
      mutant,
      actions,
      states,
      found: "by hand",
      seed: null,
      minimality: "found",
      description: null,
      ...more,
    },
    file,
  )
  writeTrace(file, trace)
  return file
}
