import { spawn } from "node:child_process"
import { constants } from "node:os"
import { join } from "node:path"
import { describe, it } from "vitest"
import * as Effect from "effect/Effect"
import { catalogue } from "../../properties/catalogue.ts"
import type * as Campaign from "../../properties/check/campaign.ts"
import type { CampaignSpec } from "../../properties/check/campaign-spec.ts"
import { inTurns } from "../../properties/explore/turns.ts"
import { packageRoot } from "../../traces/package.ts"
import { findingOf } from "../../cli/check/finding.ts"
import { styleFor } from "../../cli/style.ts"
import { freshFolder, ftpair, program } from "./ftpair.ts"

const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const

// The workers are the compiled ones, and so is what starts them.
const compiled = new URL("../../dist/properties/check/campaign.js", import.meta.url).href
const { campaign } = (await import(compiled)) as typeof Campaign

describe.concurrent("ftpair explore", () => {
  it.for(signals.flatMap((signal) => [1, 2].map((workers) => [signal, workers] as const)))(
    "stops at %s with %i workers, reports what it has covered, and ends with 20",
    async ([signal, workers], { expect, onTestFinished }) => {
      const call = `explore --hosts 4 --pairs 2 --faults 4 --log 4 --no-symmetry --workers ${workers}`

      const { code, stdout } = await signalled(
        [program, ...call.split(" ")],
        freshFolder(onTestFinished),
        /^ftpair .*\n/,
        [signal],
      )

      expect(code).toBe(20)
      expect(stdout).toMatch(/^inconclusive/m)
      expect(stdout).toMatch(/^partial, as a signal stopped it: every state within \d+ steps?, /m)
      expect(stdout).toMatch(/^Reproduce: npx ftpair explore /m)
    },
  )
})

describe.concurrent("a second signal", () => {
  it.for(signals)(
    "%s ends at once what goes on after the first",
    async (signal, { expect, onTestFinished }) => {
      const deaf = `
      import { interruption } from ${JSON.stringify(join(packageRoot, "dist", "cli", "interruption.js"))}
      interruption().addEventListener("abort", () => console.log("stopping"))
      setInterval(() => {}, 1000)
      console.log("ready")`

      const { code, stdout } = await signalled(
        ["--input-type=module", "--eval", deaf],
        freshFolder(onTestFinished),
        /^(ready|stopping)\n/gm,
        ["SIGTERM", signal],
      )

      expect(stdout).toBe("ready\nstopping\n")
      expect(code).toBe(128 + constants.signals[signal])
    },
  )
})

describe("ftpair check, where a signal comes while it makes a failure short,", () => {
  it("keeps the failure as it was drawn, says so, and it replays", async ({ expect, onTestFinished }) => {
    const spec: CampaignSpec = {
      seed: "7",
      mutant: "SecondarySkipsLock",
      side: "both",
      config: null,
      properties: catalogue.map(({ id }) => id),
      isWhole: true,
    }
    const folder = freshFolder(onTestFinished)
    const stop = new AbortController()
    let batches = 0

    const budget = { schedules: 100, engineRuns: 0, millis: Infinity, workers: 1 }
    const { failure } = await Effect.runPromise(
      campaign(
        spec,
        budget,
        () => {
          // The first that is reported is no batch that is done: it is the failure, before it is shrunk.
          batches += 1
          stop.abort()
        },
        stop.signal,
      ),
    )
    if (failure === null) throw new Error("expected a failure")
    const finding = await inTurns(
      findingOf(styleFor(process.stdout, false), spec, catalogue, failure, folder, null, stop.signal),
    )

    expect(batches).toBe(1)
    expect(failure.actions).toHaveLength(failure.found)
    expect(finding?.lines.join("\n")).toMatch(
      /^ {2}shrunk: .*; \d+ after minimising: found, as a signal stopped it$/m,
    )
    expect(await ftpair(folder, "replay", finding?.file ?? "")).toMatchObject({ code: 0 })
  })
})

// Helpers

/** Starts Node, and sends it the next signal each time that it says something. */
const signalled = (
  words: readonly string[],
  folder: string,
  cue: RegExp,
  toSend: readonly NodeJS.Signals[],
): Promise<{ readonly code: number | null; readonly stdout: string }> =>
  new Promise((resolve) => {
    const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
    let stdout = ""
    let sent = 0
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      const said = stdout.match(cue)?.length ?? 0
      for (; sent < Math.min(said, toSend.length); sent += 1) child.kill(toSend[sent])
    })
    child.on("close", (code) => {
      resolve({ code, stdout })
    })
  })
