import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it } from "vitest"
import { plainConfig } from "../../model/config.ts"
import { schedulesNeeded } from "../../properties/check/rarity.ts"
import { witnesses } from "../../properties/witnesses.ts"
import type { CheckFlags } from "../../cli/check/checked.ts"
import { budgetOf } from "../../cli/check/check.ts"
import type * as Checks from "../../cli/check/check.ts"
import { exitCodes } from "../../cli/exit.ts"
import { cluster, freshFolder, write } from "./ftpair.ts"

// The workers are the compiled ones, and so is what starts them.
const compiled = new URL("../../dist/cli/check/check.js", import.meta.url).href
const { check } = (await import(compiled)) as typeof Checks

const flags: CheckFlags = { color: false, quiet: true }

/** Long after any check should have ended, in milliseconds. */
const late = 10 ** 9

describe("without options, a check", () => {
  it("has a floor that is finished however late it is, and that shows every witness but two", () => {
    const { floor, millis, schedules, engineRuns } = budgetOf(flags, null, null, late)

    expect({ floor, millis }).toEqual({ floor: { schedules: 7_236, engineRuns: 40_000 }, millis: 1 })
    expect({ schedules, engineRuns }).toEqual({ schedules: 15_000, engineRuns: 400_000 })
    expect(shownIn(floor.schedules)).toEqual(except("outage-unnoticed", "dual-execution-twice"))
    expect(shownIn(schedules)).toEqual(except("dual-execution-twice"))
  })

  it("has a smaller floor in one given cluster", () => {
    const { floor } = budgetOf(flags, plainConfig(3, 1), null, late)

    expect(floor).toEqual({ schedules: 300, engineRuns: 20_000 })
  })

  it("asks nothing of the engine alone where that cannot take the cluster", () => {
    const asked: CheckFlags = { ...flags, engineRuns: 5 }
    const engineRuns = [null, "too many hosts"].map(
      (unfit) => budgetOf(asked, plainConfig(3, 1), unfit, 0).engineRuns,
    )

    expect(engineRuns).toEqual([5, 0])
  })

  it("has the floors that the readme tells", () => {
    const [drawn, given] = [null, plainConfig(3, 1)].map((config) => budgetOf(flags, config, null, 0).floor)

    expect(readFileSync("README.md", "utf8")).toContain(
      `never fewer than ${reported(drawn)} (${reported(given)} in a given cluster)`,
    )
  })

  it.each([{ runs: 5 }, { time: 1000 }, { engineRuns: 5 }])("that has %j has no floor", (more) => {
    expect(budgetOf({ ...flags, ...more }, null, null, late).floor).toEqual({ schedules: 0, engineRuns: 0 })
  })
})

describe("a check in a cluster where nothing can be powered on", () => {
  it("is vacuous, however few schedules it has", async ({ onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const hosts = [1, 2].map((n) => ({ id: `h${n}`, ftVcpusMax: 1 }))
    const config = write(folder, "full.json", { hosts, pairs: [{ id: "p1", vcpus: 2 }] })
    const asked = { ...flags, config: join(folder, config), runs: 3, seed: "7", workers: 1, out: folder }

    expect(await check(asked)).toBe(exitCodes.vacuous)
    expect(await check({ ...asked, allowVacuous: true })).toBe(exitCodes.ok)
  })
})

describe("a check whose time is up before anything is drawn", () => {
  it("comes to the verdict that all held all the same", async ({ onTestFinished }) => {
    const folder = freshFolder(onTestFinished)
    const config = write(folder, "small.json", cluster(2, { log: 1 }))
    let now = 0

    const code = await check(
      { ...flags, config: join(folder, config), seed: "7", workers: 2, out: folder },
      () => (now += late),
    )

    expect(code).toBe(exitCodes.ok)
  })
})

// Helpers

/** The witnesses that so many schedules in drawn clusters must show. */
const shownIn = (schedules: number): readonly string[] =>
  witnesses.map(({ id }) => id).filter((id) => schedulesNeeded(id, null) <= schedules)

const except = (...rare: readonly string[]): readonly string[] =>
  witnesses.map(({ id }) => id).filter((id) => !rare.includes(id))

const reported = (floor: { readonly schedules: number; readonly engineRuns: number } | undefined): string =>
  [floor?.schedules, floor?.engineRuns].map((n) => n?.toLocaleString("en")).join(" and ")
