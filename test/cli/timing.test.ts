import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, it, onTestFinished } from "vitest"
import { boundsOf } from "../../properties/time/bounds.ts"
import { usualTimes } from "../../properties/time/usual.ts"
import { base } from "../parts/time/clusters.ts"
import { cluster, freshFolder, ftpair, write } from "./ftpair.ts"

const timed = { ...cluster(3), time: { tick: 250, ...base } }

describe("ftpair timing", () => {
  it("says what the usual times come to, where no configuration is given", async () => {
    const { code, stdout, stderr } = await ftpair(freshFolder(onTestFinished), "timing")

    const { live, running } = boundsOf(usualTimes).after.primaryHost
    expect([code, stderr]).toEqual([0, ""])
    expect(stdout).toMatch(
      new RegExp(`the Primary's host fails +${live} ticks, 5\\.2 s +${running} ticks, 11\\.2 s`),
    )
    expect(stdout).toMatch(/a stale Primary executes beside a newer one, each for at most \(S3a\) +never/)
    expect(stdout).toMatch(/false alarms \(TIME1\) +none/)
  })

  it("says it of a configuration, in ticks of its length", async () => {
    const folder = freshFolder(onTestFinished)

    const { code, stdout } = await ftpair(folder, "timing", "--config", write(folder, "b.json", timed))

    expect(code).toBe(0)
    expect(stdout).toContain("a tick is 250 ms")
    expect(stdout).toMatch(/each for at most \(S3a\) +3 ticks, 0\.75 s/)
    expect(stdout).toMatch(/the shortest goLiveDelay that excludes that \(S3b\) +4 ticks, 1 s/)
  })

  it("names the detectors that may act on delays alone", async () => {
    const folder = freshFolder(onTestFinished)
    const hasty = { ...timed, time: { ...timed.time, delayMax: 2 } }

    const args = ["timing", "--config", write(folder, "b.json", hasty)]
    const [text, json] = await Promise.all([ftpair(folder, ...args), ftpair(folder, ...args, "--json")])

    expect(text.stdout).toMatch(/false alarms \(TIME1\) +possible, by a Primary's heartbeat detector, a Sec/)
    expect(text.stdout).toMatch(/the Primary's host fails +not promised +not promised +not promised/)
    expect(JSON.parse(json.stdout)).toMatchObject({
      promised: { after: false, restored: false },
      falseAlarms: [
        { role: "primary", source: "heartbeats" },
        { role: "secondary", source: "heartbeats" },
      ],
    })
  })

  it("answers with one document that has every bound in ticks", async () => {
    const { code, stdout } = await ftpair(freshFolder(onTestFinished), "timing", "--json")

    const { after, afterPassing, failover, staleGone, restored } = boundsOf(usualTimes)
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ tick: 100, time: usualTimes, after, afterPassing, failover, staleGone, restored },
      ...{ dualExecution: null, shortestGoLiveDelay: 24, falseAlarms: [] },
    })
  })

  it("shows a run that lasts as long as a bound allows, and keeps it as a schedule that replays", async () => {
    const folder = freshFolder(onTestFinished)

    const shown = await ftpair(folder, "timing", "--show", "primary-host", "--out", "late.json")
    const replayed = await ftpair(folder, "replay", "late.json")

    expect([shown.code, shown.stderr]).toEqual([0, ""])
    expect(shown.stdout).toContain(
      "live again after 52 ticks of at most 52, running again after 112 of at most 112",
    )
    expect(shown.stdout).toMatch(/^ +52 +5\.2 s +TryLock\(p1\.2\)$/m)
    expect(replayed.code).toBe(0)
    expect(readFileSync(join(folder, "late.json"), "utf8")).toContain('"kind":"Tick"')
  })

  it("finds a run of dual execution, or says that there is none", async () => {
    const folder = freshFolder(onTestFinished)
    const guarded = { ...timed, time: { ...timed.time, goLiveDelay: 4 } }
    const show = (name: string, config: object) =>
      ftpair(folder, "timing", "--config", write(folder, name, config), "--show", "dual-execution")

    const [some, none] = await Promise.all([show("b.json", timed), show("g.json", guarded)])

    expect([some.code, some.stdout.split("\n")[0]]).toEqual([0, "lasts 3 ticks, which is its bound"])
    const moment = await show("m.json", { ...timed, time: { ...timed.time, goLiveDelay: 3 } })
    expect([moment.code, moment.stdout.split("\n")[0]]).toEqual([0, "lasts 0 ticks, which is its bound"])
    expect([none.code, none.stdout]).toEqual([0, "two copies never execute at once: there is no such run\n"])
  })

  it.each([
    [
      ["--config", "plain.json"],
      "plain.json: expected a configuration with `time`, without which no time passes",
    ],
    [["--config", "none.json"], "none.json"],
    [["--show", "nothing"], "Allowed choices are primary-host"],
    [["--out", "x.json"], "--out: expected --show beside it"],
    [
      ["--config", "slow.json", "--show", "link"],
      "--show: expected times of which a run has 9,980 ticks at the most",
    ],
  ])("ends with 1 and one line, called with %j", async (words, told) => {
    const folder = freshFolder(onTestFinished)
    write(folder, "plain.json", cluster(3))
    write(folder, "slow.json", { ...timed, time: { ...timed.time, syncMax: 20_000 } })

    const { code, stdout, stderr } = await ftpair(folder, "timing", ...words)

    expect([code, stdout]).toEqual([1, ""])
    expect(stderr).toContain(told)
    expect(stderr.trimEnd().split("\n")).toHaveLength(1)
  })
})
