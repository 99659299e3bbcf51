import { describe, it } from "vitest"
import { announced } from "./remains.ts"
import { leftAlone, sceneOf } from "./scene.ts"
import { victims, type Victim } from "./victim.ts"

// The small version of `npm run kill`: the cheapest commands, killed at each of their calls that change a file.

describe.concurrent(
  "a command that is killed at any of its calls that change files loses nothing it has reported:",
  () => {
    it.for(["check", "explore", "conform"])("%s", async (name, { expect }) => {
      const victim = victimNamed(name)
      const reference = await leftAlone(victim, 7)
      const isLast = (n: number): boolean => n === reference.calls.length

      for (let n = 1; n <= reference.calls.length; n += 1) {
        const { ended, wrong } = await sceneOf(victim, 7, { tag: "call", n }, reference, isLast(n))

        expect({ n, isKilled: ended.isKilled, wrong }).toEqual({ n, isKilled: true, wrong: [] })
      }
      if (victim.store !== null && name !== "check, that forgets")
        expect(announced(reference.stdout)).toHaveLength(1)
    })
  },
)

// Helpers

function victimNamed(name: string): Victim {
  const victim = victims.find((each) => each.name === name)
  if (victim === undefined) throw new Error(`no command is called ${name}`)
  return victim
}
