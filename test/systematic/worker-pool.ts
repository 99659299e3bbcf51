import { fork } from "node:child_process"
import { join } from "node:path"
import { packageRoot } from "../../traces/package.ts"
import type { SystematicMutant } from "./derive.ts"
import type { Verdict } from "./verdict.ts"
import type { Message } from "./worker.ts"

/** What a mutant was at when its process gave no sign of life any more, or ended. */
type Lost = { readonly lost: "loops" | "ends"; readonly at: "compared" | "driven" }

/** What is known of a mutant at the end. */
export type Result = {
  readonly mutant: SystematicMutant
  readonly seconds: number
  readonly verdict: Verdict | Lost
}

/** How long there may be no sign of life, in milliseconds. A cluster is charted without one, on a busy machine too. */
const silenceMax = 240_000

/** Tries mutants in so many processes; one that loops is ended with its process. */
export const triedIn = async (
  processes: number,
  mutants: readonly SystematicMutant[],
  note: (result: Result) => void,
): Promise<void> => {
  const left = [...mutants]
  await Promise.all(Array.from({ length: processes }, () => labour(left, note)))
}

const labour = (left: SystematicMutant[], note: (result: Result) => void): Promise<void> =>
  new Promise((resolve) => {
    const child = fork(join(packageRoot, "dist", "test", "systematic", "worker.js"), {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    })
    let mutant: SystematicMutant | undefined
    let began = performance.now()
    let at: "compared" | "driven" = "compared"
    let timer: NodeJS.Timeout | undefined
    const stop = (): void => {
      clearTimeout(timer)
      child.removeAllListeners()
      child.kill("SIGKILL")
    }
    const done = (verdict: Result["verdict"]): void => {
      if (mutant !== undefined) note({ mutant, seconds: (performance.now() - began) / 1000, verdict })
    }
    const lose = (lost: Lost["lost"]): void => {
      stop()
      done({ lost, at })
      resolve(labour(left, note))
    }
    const watch = (): void => {
      clearTimeout(timer)
      timer = setTimeout(lose, silenceMax, "loops")
    }
    child.on("exit", () => {
      if (mutant === undefined) throw new Error("defect: the process ended before it tried any mutant")
      lose("ends")
    })
    child.on("message", (message: Message) => {
      watch()
      if (message.tag === "beat") {
        at = message.at
        return
      }
      if (message.tag === "done") done(message.verdict)
      mutant = left.shift()
      if (mutant === undefined) {
        stop()
        resolve()
        return
      }
      began = performance.now()
      at = "compared"
      child.send(mutant)
    })
    watch()
  })
