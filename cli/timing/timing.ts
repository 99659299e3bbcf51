import { describe, type Action } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { writeAtomically } from "../../traces/atomic-file.ts"
import { bad, BadInput } from "../../traces/bad-input.ts"
import { readConfig } from "../../traces/config.ts"
import { limits } from "../../traces/schema.ts"
import { scheduleText } from "../../traces/schedule-text.ts"
import { counted, number } from "../../properties/amount.ts"
import { boundsOf, type Misfortune, type Times } from "../../properties/time/bounds.ts"
import { lateRun } from "../../properties/explore/late-run.ts"
import { usualTimes } from "../../properties/time/usual.ts"
import { lasting, worstRun, type Lasting } from "../../properties/explore/worst-run.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import { prepareOutput } from "../written.ts"
import { outputFor, type Output } from "../output.ts"
import { boundLines, boundsDocument, runLines } from "./report.ts"

/** The bounds of which a run can be shown. */
export type Shown = keyof typeof misfortunes | Lasting

/** The flags of `ftpair timing`. */
export type TimingFlags = {
  readonly config?: string
  readonly show?: Shown
  readonly out?: string
  readonly json?: true
  readonly quiet?: true
  readonly color: boolean
}

const misfortunes = {
  "primary-host": "primaryHost",
  "primary-copy": "primaryCopy",
  "secondary-host": "secondaryHost",
  "secondary-copy": "secondaryCopy",
  link: "link",
} as const satisfies Readonly<Record<string, Misfortune>>

/** How many ticks a run may have that is shown: as many as a schedule has actions that is read. */
const ticksMax = limits.actions - 20

/** How many states are looked at for a run, before none is shown: a minute or two. */
const statesMax = 400_000

/** Says what a configuration's times come to, or shows a run that lasts as long as a bound allows. */
export const timing = (flags: TimingFlags): ExitCode => {
  if (flags.out !== undefined && flags.show === undefined)
    throw new BadInput({
      message: "--out: expected --show beside it: there is a run to write only where one is shown",
    })
  if (flags.out !== undefined)
    prepareOutput("--out", flags.out, flags.config === undefined ? [] : [flags.config])
  const time = timesOf(flags.config)
  const output = outputFor(flags)
  if (flags.show !== undefined) return show(time, flags.show, flags.out, output)
  output.say(...boundLines(time))
  output.document(boundsDocument(time))
  return exitCodes.ok
}

const timesOf = (file: string | undefined): Times => {
  if (file === undefined) return usualTimes
  const { time } = readConfig(file)
  if (time !== undefined) return time
  throw bad(file, [], "expected a configuration with `time`, without which no time passes")
}

/** A run that lasts, with what the bound is that it lasts for. */
type Found = {
  readonly config: Config
  readonly actions: readonly Action[]
  readonly says: string
}

const show = (time: Times, what: Shown, file: string | undefined, output: Output): ExitCode => {
  const found = isMisfortune(what) ? lateOf(time, what) : worstOf(time, what)
  if ("none" in found) {
    output.say(found.none)
    output.document({ show: what, run: null, complete: found.complete, says: found.none })
    return found.complete ? exitCodes.ok : exitCodes.inconclusive
  }
  const { config, actions, says } = found
  if (file !== undefined) writeAtomically(file, scheduleText(config, null, actions))
  output.say(says, "", ...runLines(time, actions))
  output.document({ show: what, says, run: actions.map(describe) })
  return exitCodes.ok
}

const isMisfortune = (what: Shown): what is keyof typeof misfortunes => what in misfortunes

const lateOf = (time: Times, what: keyof typeof misfortunes): Found => {
  const bound = boundsOf(time).after[misfortunes[what]]
  refuseLong(bound.running)
  const { config, actions, live, running } = lateRun(time, misfortunes[what])
  return {
    config,
    actions,
    says: [
      live === null
        ? `not live again within its bound of ${counted(bound.live, "tick")}`
        : `live again after ${counted(live, "tick")} of at most ${number(bound.live)}`,
      running === null
        ? `not running again within its bound of ${counted(bound.running, "tick")}`
        : `running again after ${number(running)} of at most ${number(bound.running)}`,
    ].join(", "),
  }
}

/** Refuses to show a run that could be longer than any that is read again. */
const refuseLong = (ticks: number): void => {
  if (ticks <= ticksMax) return
  throw new BadInput({
    message: `--show: expected times of which a run has ${counted(ticksMax, "tick")} at the most, and this one could have ${number(ticks)}`,
  })
}

const worstOf = (
  time: Times,
  what: Lasting,
): Found | { readonly none: string; readonly complete: boolean } => {
  if (what === "dual-execution" && boundsOf(time).isSingleExecution)
    return { complete: true, none: "two copies never execute at once: there is no such run" }
  refuseLong(lasting[what].measure.bound(boundsOf(time)))
  const { config, bound, run, complete } = worstRun(time, what, statesMax)
  if (run !== null)
    return { config, actions: run, says: `lasts ${counted(bound, "tick")}, which is its bound` }
  return {
    complete,
    none: complete
      ? `no run lasts for the bound of ${counted(bound, "tick")}, in three hosts, with up to ${counted(lasting[what].faults, "fault")}, no entries and no work of operators`
      : `no run was found that lasts for the bound of ${counted(bound, "tick")}, in ${counted(statesMax, "state")}; there are more`,
  }
}
