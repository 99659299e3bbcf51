import { modelRun } from "../../conform/artefact.ts"
import { AdapterFault } from "../../conform/fault.ts"
import { project, type Json } from "../../conform/observation.ts"
import type { Reply } from "../../conform/peer.ts"
import type { Profile } from "../../conform/profile.ts"
import { withGround } from "../../conform/profiles.ts"
import { noAnswers, sessionOf } from "../../conform/session.ts"
import { isFailing } from "../../conform/attempt.ts"
import { failureOutcome, judgedFailure, type StoredFailure } from "../../conform/stored-failure.ts"
import type { Hello } from "../../conform/wire.ts"
import { printable } from "../../traces/printable.ts"
import { textOf } from "../conform/why.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import type { Style } from "../style.ts"

/** One line of a step: what it is about, and what the model and the implementation have there. */
type Row = {
  readonly about: string
  readonly expected: string
  readonly answered: string
  readonly differs: boolean
}

/** A kept failure of an implementation, judged again by its answers, for people and as JSON. */
type FailureReplay = {
  readonly code: ExitCode
  readonly lines: (style: Style) => readonly string[]
  readonly json: object
}

/** Judges a kept failure again, and shows it step by step: what was expected, and what was answered. */
export const replayFailure = (failure: StoredFailure): FailureReplay =>
  withGround(failure.hello.profile, ({ profile }) => {
    const outcome = judgedFailure(profile, failure)
    const result = failureOutcome(failure, outcome)
    const steps = stepsOf(profile, failure, outcome)
    const { file, hello, step, fault } = failure
    const what = fault === null ? `differs at step ${step}` : `broke the wire at step ${step}: ${fault}`
    const unkept = `not as promised, so exit code ${exitCodes.notAsPromised}`
    const sentence = {
      reproduced: `as recorded: ${what}`,
      fixed: `the model agrees with what was answered, and the file promises: ${what}; ${unkept}`,
      diverged: `what was answered fails otherwise, and the file promises: ${what}; ${unkept}`,
    }[result]
    return {
      code: result === "reproduced" ? exitCodes.ok : exitCodes.notAsPromised,
      lines: (style) => [
        style.strong(printable(file)),
        `  ${printable(hello.implementation.name, 200)} (${printable(hello.implementation.language, 100)}), profile ${hello.profile}`,
        "",
        ...stepLines(style, steps),
        "",
        `  ${(result === "reproduced" ? style.good : style.bad)(result)}: ${printable(sentence)}`,
      ],
      json: { file, verdict: "diverged", step, ...(fault === null ? {} : { fault }), outcome: result, steps },
    }
  })

type Step = { readonly action: string; readonly rows: readonly Row[] }

const stepsOf = <S>(
  profile: Profile<S>,
  failure: StoredFailure,
  outcome: ReturnType<typeof judgedFailure<S>>,
): readonly Step[] => {
  const { hello, config, actions, replies, fault } = failure
  const full: Hello = { ...hello, actions: profile.kinds as unknown as Hello["actions"] }
  const { schema } = sessionOf(null, full, profile, 1)
  const followed = isFailing(outcome)
    ? outcome
    : { tag: "broken" as const, tally: noAnswers(), fault: unknownFault }
  const run = modelRun(profile, { config, actions, outcome: followed })
  const views = [run[0]?.before ?? profile.initial(config), ...run.map(({ after }) => after)].map((state) =>
    flat(project(schema, profile.view(state))),
  )
  return views.map((view, i) => {
    const taken = run[i - 1]
    const reply = replies[i]
    const refused = taken?.refused ?? null
    const said = reply === undefined ? (fault ?? "nothing is kept") : answerOf(reply)
    const isOk = reply?.json["ok"] === true
    const hosts =
      profile.name === "placement" && taken !== undefined && refused === null
        ? rightHosts(profile, config, taken)
        : null
    const head: Row = {
      about: "",
      expected: refused === null ? "taken" : `refused: ${refused}`,
      answered: said,
      differs: reply === undefined || (isOk && (refused === null) === "refused" in reply.json),
    }
    const fields =
      reply === undefined || !isOk ? [] : fieldsOf(profile.name, views[i - 1], view, reply, hosts)
    return { action: taken === undefined ? "reset" : textOf(taken.action), rows: [head, ...fields] }
  })
}

const unknownFault = new AdapterFault({ code: "crashed", detail: "", line: null, log: "" })

/** Every host that is a right answer to a question. */
const rightHosts = <S>(
  profile: Profile<S>,
  config: StoredFailure["config"],
  { before, action }: ReturnType<typeof modelRun<S>>[number],
): readonly string[] =>
  profile
    .matching(config, before, action)
    .filter((way) => profile.step(config, before, way).tag === "next")
    .map(({ host }) => text(host))

const answerOf = ({ json }: Reply): string => {
  if (json["ok"] === true) return "refused" in json ? `refused: ${text(json["refused"])}` : "taken"
  if ("skipped" in json) return `skipped: ${text(json["skipped"])}`
  return `error: ${text((json["error"] as { readonly code?: unknown } | undefined)?.code)}`
}

const text = (json: unknown): string =>
  printable(typeof json === "string" ? json : json === undefined ? "nothing" : JSON.stringify(json), 200)

/** The fields that a step has changed, and those in which the two differ. */
const fieldsOf = (
  name: string,
  before: ReadonlyMap<string, string> | undefined,
  view: ReadonlyMap<string, string>,
  { json }: Reply,
  hosts: readonly string[] | null,
): readonly Row[] => {
  if (name === "placement") {
    if (hosts === null && json["host"] === undefined) return []
    const answered = json["host"] === undefined ? "none" : text(json["host"])
    const expected = hosts === null ? "none" : hosts.join(" or ")
    return [{ about: "host", expected, answered, differs: !(hosts ?? ["none"]).includes(answered) }]
  }
  if (json["state"] === undefined) return []
  const shown = flat(json["state"] as Json)
  return [...new Set([...view.keys(), ...shown.keys()])].flatMap((about) => {
    const [expected = "nothing there", answered = "nothing there"] = [view.get(about), shown.get(about)]
    const differs = expected !== answered && !isIgnored(shown, about)
    const isNews = before === undefined || before.get(about) !== view.get(about)
    return differs || isNews ? [{ about, expected, answered, differs }] : []
  })
}

/** Whether the implementation said that it does not know this time, of a field or of what it is in. */
const isIgnored = (shown: ReadonlyMap<string, string>, about: string): boolean =>
  about.split(".").some((_, n, parts) => shown.has([...parts.slice(0, n + 1), "#ignore"].join(".")))

/** The values of a state by their paths. */
export const flat = (json: Json | undefined, at = ""): ReadonlyMap<string, string> => {
  const isWhole = typeof json !== "object" || json === null || Array.isArray(json)
  if (isWhole) return json === undefined ? new Map() : new Map([[printable(at, 200), text(json)]])
  return new Map(
    Object.entries(json).flatMap(([name, inner]) => [
      ...flat(inner as Json, at === "" ? name : `${at}.${name}`),
    ]),
  )
}

const stepLines = (style: Style, steps: readonly Step[]): readonly string[] => {
  const rows = steps.flatMap(({ action, rows: [head, ...fields] }, i) => [
    { ...(head as Row), about: `${String(i).padStart(3)}  ${action}` },
    ...fields.map((field) => ({ ...field, about: `       ${field.about}` })),
  ])
  const width = (of: (row: Row) => string, name: string): number =>
    Math.min(60, Math.max(name.length, ...rows.map((row) => of(row).length)))
  const about = width((row) => row.about, "")
  const expected = width((row) => row.expected, "expected")
  return [
    `  ${"".padEnd(about)}  ${"expected".padEnd(expected)}  answered`,
    ...rows.map((row) => {
      const line = `  ${row.about.padEnd(about)}  ${row.expected.padEnd(expected)}  ${row.answered}`
      return row.differs ? style.bad(`${line}  differs`) : line
    }),
  ]
}
