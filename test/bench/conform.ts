import { join } from "node:path"
import { packageRoot } from "../../traces/package.ts"
import { connectionOf, starterOf } from "../../conform/connection.ts"
import { drawnCase } from "../../conform/draw.ts"
import { pairProfile } from "../../conform/pair-profile.ts"
import { pairCases } from "../../conform/pair-cases.ts"
import { greet } from "../../conform/session.ts"
import { figure, median } from "./rounds.ts"

const cases = 1_500

/**
 * Random schedules put to the packed engine in a child process, over its stdin and stdout: with as many asks on their
 * way as it allows, and one by one. The schedules are drawn before, and the answers judged on the way.
 */
export const conformBench = async (rounds: number, say: (line: string) => void): Promise<void> => {
  say(`\nconform: ${cases} random schedules, the engine in a child process`)
  const profile = pairProfile()
  const drawn = Array.from({ length: cases }, (_, n) =>
    drawnCase({ profile, caseSource: pairCases, kinds: profile.kinds }, { seed: "1", n: n + 1, redraw: 0 }),
  )
  const actions = drawn.reduce((sum, each) => sum + each.actions.length, 0)
  const rates = { "many asks on their way": [] as number[], "one by one": [] as number[] }
  for (let round = 0; round < rounds; round += 1)
    for (const [name, window] of [
      ["many asks on their way", undefined] as const,
      ["one by one", 1] as const,
    ]) {
      const start = starterOf(
        [process.execPath, join(packageRoot, "dist/conform/adapters/typescript/engine.js")],
        60_000,
      )
      const peer = await start()
      const hello = await greet(peer)
      if (window !== undefined) peer.setWindow(window)
      const connection = connectionOf(start, { peer, hello }, profile, 1_000)
      const began = performance.now()
      for await (const { outcome, case: each } of connection.run(drawn))
        if (outcome.tag !== "fits") throw new Error(`${each.path}: ${outcome.tag}`)
      rates[name].push((actions * 1000) / (performance.now() - began))
      await connection.close()
    }
  for (const [name, measured] of Object.entries(rates))
    say(`  ${name.padEnd(24)} ${figure(median(measured))} actions/s`)
}
