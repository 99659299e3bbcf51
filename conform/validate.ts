import { unbounded, type Config } from "../model/config.ts"
import { BadInput } from "../traces/bad-input.ts"
import { decode } from "../traces/decode.ts"
import {
  advance,
  firstCandidates,
  runOf,
  type Beyond,
  type Candidate,
  type RuledOut,
  type Watch,
} from "./candidates.ts"
import { clockOf, noClock } from "./log-clock.ts"
import type { LogLine } from "./log.ts"
import { observed, type Json } from "./observation.ts"
import { begunBefore, passed, type Overdue } from "./passing.ts"
import type { AskedAction, Profile } from "./profile.ts"
import { withAnyReason } from "./reasons.ts"
import { plainLine, textMatchOf } from "./line-text.ts"
import { answers } from "./wire.ts"

/**
 * Whether a log, perhaps partial, is a behaviour of the model.
 *
 * Shape  `lines` is how many were followed, `most` how many model states fitted at once at the most. `accepted` holds a
 *        run that explains the log; `rejected` the line that no model state fits, with each that had fitted until then
 *        and what rules it out there; `overdue` the line before which more time has passed than may, with what was due in each.
 *        `untold` is a log that fits, as no line of it says anything; `stopped` one that
 *        was not read to its end, and fits so far.
 */
export type Validation<S> = { readonly lines: number; readonly most: number } & (
  | {
      readonly tag: "accepted"
      readonly run: readonly { readonly action: AskedAction; readonly silent: boolean }[]
    }
  | {
      readonly tag: "rejected"
      readonly line: LogLine
      readonly frontier: readonly RuledOut<S>[]
      readonly before: readonly Candidate<S>[]
    }
  | {
      readonly tag: "overdue"
      readonly line: LogLine
      readonly frontier: readonly Overdue<S>[]
      readonly before: readonly Candidate<S>[]
    }
  | (Beyond & { readonly line: LogLine })
  | { readonly tag: "untold" }
  | { readonly tag: "stopped" }
)

/** How a log is to be read. */
export type LogOptions = {
  readonly config: Config
  readonly observes: readonly string[] | null
  readonly silent: readonly string[]
  readonly candidatesMax: number
}

/**
 * What follows a log line by line: the set of model states that fit. Where `observes` says what its states show
 * completely, what they don't show is absent; else it was not looked at. Where time passes in the cluster, it does as the lines
 * say. Throws BadInput.
 */
export const follower = <S>(
  file: string,
  profile: Profile<S>,
  { config, observes, silent, candidatesMax }: LogOptions,
) => {
  const schema = observes === null ? profile.schema : observed(profile.schema, observes)
  if ("wrong" in schema) throw new BadInput({ message: `${file}: at observes: ${schema.wrong}` })
  const isTimed = readsTime(profile, config, silent)
  const watch: Watch<S> = {
    profile: withAnyReason(profile, schema),
    config: { ...config, bounds: unbounded },
    schema,
    strictly: observes !== null,
    silent: new Set(silent),
    candidatesMax,
    ...(isTimed ? { timed: true } : {}),
  }
  const ticksAt = config.time !== undefined && isTimed ? clockOf(file, config.time) : noClock
  let ticks: number | null = null
  let candidates = firstCandidates(watch)
  let most = 1
  let lines = 0
  let said = 0
  const kindsTold = new Set<string>()
  const match = textMatchOf(schema)
  let misses = 0
  return {
    /** Whether it is read when the lines were written. */
    isTimed,
    /** Takes a line; what is wrong with it, or null. */
    take: (line: LogLine): Validation<S> | null => {
      lines += 1
      const passing = ticksAt(line)
      if (passing !== null) {
        const begun = ticks === null ? begunBefore(watch, candidates) : candidates
        if ("tag" in begun) return { ...begun, line, lines, most }
        const result = passed(watch, begun, passing)
        if (result.tag === "beyond") return { ...result, line, lines, most }
        if (result.tag === "overdue") return { ...result, line, before: candidates, lines, most }
        candidates = result.candidates
        most = Math.max(most, candidates.length)
        ticks = passing.most
      }
      const result = advance(watch, candidates, { action: line.action, answered: "done", shown: line.state })
      if (line.action !== null) kindsTold.add(line.action.kind)
      if (line.action !== null || (line.state !== undefined && (watch.strictly || says(line.state))))
        said += 1
      if (result.tag === "fits") {
        candidates = result.candidates
        most = Math.max(most, candidates.length)
        return null
      }
      checkState(file, profile, line)
      if (result.tag === "broken")
        throw new BadInput({
          message: `${file}: line ${line.number}: at state.${result.at}: ${result.code === "left-out" ? "left out, and observes promises it" : "is no field that is shown"}`,
        })
      if (result.tag === "beyond") return { ...result, line, lines, most }
      return { tag: "rejected", line, frontier: result.frontier, before: candidates, lines, most }
    },
    /**
     * Takes a line's text, if it is what the model would write of its action and of the one state that fits then. Else
     * takes nothing, which says nothing of the line: it is to be parsed.
     */
    takeAsWritten: (text: string, actionIn: (text: string) => AskedAction | null): boolean => {
      const line = isTimed || misses > missesMax ? null : plainLine(text)
      const action = line === null ? null : actionIn(line.action)
      if (line === null || action === null || candidates.length > 1 || silent.length > 0) return false
      const result = advance(watch, candidates, { action, answered: "done", shown: undefined })
      const [next, ...others] = result.tag === "fits" ? result.candidates : []
      if (next === undefined || others.length > 0) return false
      if (line.state !== null && match(profile.view(next.state), text, line.state) !== text.length - 1) {
        misses += 1
        return false
      }
      misses = 0
      candidates = [next]
      lines += 1
      said += 1
      return true
    },
    /** What comes of the log where it ends. */
    end: (): Validation<S> =>
      said === 0
        ? { tag: "untold", lines, most }
        : { tag: "accepted", run: runOf(candidates[0] ?? { way: null }), lines, most },
    /** What comes of it where its reader was stopped. */
    stop: (): Validation<S> => ({ tag: "stopped", lines, most }),
    /** How many ticks the log took; null if no line says when it was written, or nothing is read from that. */
    ticks: (): number | null => ticks,
    /** Whether time could have passed, and nothing in the log says that any has. */
    isTimeUntold: (): boolean => isTimed && ticks === null && !kindsTold.has("Tick"),
    /** The kinds that are silent, and were logged all the same. */
    loggedSilently: (): readonly string[] => silent.filter((kind) => kindsTold.has(kind)),
  }
}

/** Whether it is read from a log when its lines were written: where time passes, and not unasked. */
const readsTime = (
  { kinds }: { readonly kinds: readonly string[] },
  { time }: Config,
  silent: readonly string[],
): boolean => time !== undefined && kinds.includes("Tick") && !silent.includes("Tick")

/** How many states in a row may be written otherwise than the model would before their texts are compared no longer. */
const missesMax = 16

/** Whether something of a state is shown at all. */
const says = (shown: Json): boolean => {
  if (typeof shown !== "object" || shown === null || Array.isArray(shown)) return true
  const parts = shown as { readonly [field: string]: Json | undefined }
  return parts["#ignore"] !== true && Object.values(parts).some((part) => part !== undefined && says(part))
}

/** That a state which does not fit is a state at all. Throws BadInput. */
const checkState = <S>(file: string, { name }: Profile<S>, { number, state }: LogLine): void => {
  if (state === undefined || name === "placement") return
  decode(`${file}: line ${number}`, answers[name].reset.fields.state.schema, state, ["state"])
}
