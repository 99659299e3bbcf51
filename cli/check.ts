import * as Effect from "effect/Effect"
import type { Config } from "../model/config.ts"
import { campaign, type Campaign } from "../properties/check/campaign.ts"
import type { CampaignSpec } from "../properties/check/campaign-spec.ts"
import { catalogue } from "../properties/catalogue.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { rulesOf } from "../properties/mutants/mutant.ts"
import { isLiveness, type Property } from "../properties/property.ts"
import { canBeSeen, witnesses, type Witness } from "../properties/witnesses.ts"
import { minimise, type Minimised } from "../traces/minimise.ts"
import { corpusFolder, packageVersion, scenariosFolder } from "../traces/package.ts"
import { readConfig, readStory, type Story } from "../traces/read.ts"
import { outcomeOf, replay, verdictOf } from "../traces/replay.ts"
import { failuresFolder, filesIn, holdsAgain, keep } from "../traces/store.ts"
import type { Counterexample } from "../traces/write.ts"
import { exitCodes, worst, type ExitCode } from "./exit.ts"
import { defaultWorkers, freshSeed } from "./options.ts"
import { paperFor, type Paper } from "./paper.ts"
import { progressOn } from "./progress.ts"
import { actionsTaken, number, stepLines, summaryLines, swarmLine } from "./report.ts"

/** The flags of `ftpair check`, as commander gives them. */
export type CheckFlags = {
  readonly config?: string
  readonly property?: readonly string[]
  readonly mutant?: string
  readonly seed?: string
  readonly runs?: number
  readonly time?: number
  readonly workers?: number
  readonly out?: string
  readonly json?: true
  readonly quiet?: true
  readonly color: boolean
}

/** How many schedules are run when nobody says otherwise: well within two minutes on two cores. */
const defaultSchedules = 40_000

/** How long a check may take when nobody says otherwise. */
const defaultMillis = 110_000

/** What is said of one property that is false. */
type Reported = {
  readonly property: Property
  readonly why: string
  readonly steps: number
  readonly file: string
  readonly shortest: boolean
  readonly schedule: number | null
}

/** What came of the stored runs that are replayed before anything is drawn. */
type Regressions = {
  readonly replayed: number
  readonly broken: readonly { readonly file: string; readonly outcome: string }[]
  readonly reported: readonly Reported[]
  readonly forgotten: readonly string[]
}

/** Runs the main job and reports it. Results are written before they are reported. */
export const check = async (flags: CheckFlags): Promise<ExitCode> => {
  const start = performance.now()
  const paper = paperFor(process.stdout, flags.color)
  const say = (...lines: readonly string[]): void => {
    if (flags.json !== true && flags.quiet !== true)
      for (const line of lines) process.stdout.write(`${line}\n`)
  }
  const config = flags.config === undefined ? null : withBounds(readConfig(flags.config))
  const spec = specOf(flags, config)
  const properties = catalogue.filter(({ id }) => spec.properties.includes(id))
  const workers = flags.workers ?? defaultWorkers()
  say(
    `${paper.strong("ftpair")} ${packageVersion}  check  seed ${spec.seed}  ${workers} ${workers === 1 ? "worker" : "workers"}${spec.mutant === null ? "" : `  mutant ${spec.mutant}`}`,
  )

  const regressions = replayStored(spec, properties, flags.out ?? failuresFolder, say, paper)
  const isDecided = regressions.reported.length > 0 || regressions.broken.length > 0
  const ran = isDecided ? null : await runCampaign(flags, spec, workers, start)
  const found = ran === null ? null : shortened(flags, spec, properties, ran)
  const reported = [...regressions.reported, ...(found === null ? [] : [found.reported])]
  const isSame = ran === null || ran.failure === null || reported.length > 0
  const wanted = wantedWitnesses(properties, config)
  const unseen = ran === null ? [] : wanted.filter(({ id }) => ran.witnesses[id] === undefined)
  const code = codeOf(flags, regressions, reported, ran, unseen, isSame)

  const seconds = (performance.now() - start) / 1000
  if (ran !== null) {
    const breached = new Set(reported.map(({ property }) => property.id))
    say("", ...summaryLines(paper, properties, wanted, ran, breached))
    if (found !== null) say("", ...failureLines(paper, flags, spec, found))
    const failing = ran.failure?.number
    if (!isSame)
      say("", paper.bad(`schedule ${failing} failed, and not again: the check is not deterministic`))
    say("", ...closingLines(paper, spec, ran, reported, unseen, seconds))
  }
  if (flags.json === true)
    process.stdout.write(
      `${JSON.stringify(jsonOf(spec, properties, wanted, regressions, reported, ran, unseen, code, seconds), null, 2)}\n`,
    )
  return code
}

const specOf = (flags: CheckFlags, config: Config | null): CampaignSpec => ({
  seed: flags.seed ?? freshSeed(),
  mutant: flags.mutant === undefined || flags.mutant === "none" ? null : flags.mutant,
  config,
  properties: flags.property ?? catalogue.map(({ id }) => id),
})

/** A guest that may always record never comes to rest: without a bound on the logs, one is set. */
const withBounds = (config: Config): Config =>
  Number.isFinite(config.bounds.log) ? config : { ...config, bounds: { ...config.bounds, log: 3 } }

/** The witnesses that the properties asked for rely on, and that can be seen in the clusters at hand. */
const wantedWitnesses = (properties: readonly Property[], config: Config | null): readonly Witness[] => {
  const isWhole = properties.length === catalogue.length
  return witnesses.filter(
    (witness) =>
      (isWhole || properties.some((property) => property.witness === witness.id)) &&
      (config === null || canBeSeen(witness, config)),
  )
}

/** The failures kept here, then, unless a mutant is asked for, the corpus and the scenarios. */
const replayStored = (
  spec: CampaignSpec,
  properties: readonly Property[],
  folder: string,
  say: (...lines: readonly string[]) => void,
  paper: Paper,
): Regressions => {
  const reported: Reported[] = []
  const forgotten: string[] = []
  const kept = filesIn(folder, ".itf.json")
    .map(readStory)
    .filter(({ mutant }) => mutant === spec.mutant)
  for (const story of kept) {
    const replayed = replay(
      rulesOf(mutantNamed(spec.mutant ?? "")),
      properties,
      story.config,
      story.actions,
      { askRest: isRestless(story) },
    )
    const breach = replayed.breaches[0]
    if (breach === undefined) {
      if (holdsAgain(folder, story.file)) forgotten.push(story.file)
      continue
    }
    say(
      "",
      paper.bad(
        `${breach.property.id} ${breach.property.name} is still breached at step ${breach.step}, as it was before`,
      ),
    )
    say(
      `  ${breach.why}`,
      "",
      ...stepLines(paper, replayed.states, story.actions),
      "",
      `  replay: npx ftpair replay ${story.file}`,
    )
    const shortest = story.meta?.minimality === "shortest"
    reported.push({
      property: breach.property,
      why: breach.why,
      steps: breach.step,
      file: story.file,
      shortest,
      schedule: null,
    })
  }
  const shipped =
    spec.mutant === null ? [...filesIn(corpusFolder, ".itf.json"), ...filesIn(scenariosFolder, ".json")] : []
  const broken = shipped.map(readStory).flatMap((story) => {
    const replayed = replay(
      rulesOf(mutantNamed(story.mutant ?? "")),
      catalogue,
      story.config,
      story.actions,
      { askRest: isRestless(story) },
    )
    const outcome = outcomeOf(story, replayed)
    return outcome === "reproduced"
      ? []
      : [{ file: story.file, outcome: `${outcome}: ${describeVerdict(verdictOf(replayed, story))}` }]
  })
  say(
    `${number(shipped.length + kept.length)} stored runs replayed, ${broken.length === 0 ? "all as promised" : paper.bad(`${broken.length} not as promised`)}`,
  )
  for (const { file, outcome } of broken) say(`  ${file}: ${paper.bad(outcome)}`)
  for (const file of forgotten) say(`  ${file}: held three times in a row, and is forgotten`)
  return { replayed: shipped.length + kept.length, broken, reported, forgotten }
}

const isRestless = (story: Story): boolean =>
  story.expect?.verdict === "breached" && story.expect.property === "L0"

const describeVerdict = (verdict: ReturnType<typeof verdictOf>): string => {
  if (verdict.verdict === "breached") return `${verdict.property} breached at step ${verdict.step}`
  return verdict.verdict === "refused" ? `refused at step ${verdict.step} by ${verdict.guard}` : "all holds"
}

const runCampaign = async (
  flags: CheckFlags,
  spec: CampaignSpec,
  workers: number,
  start: number,
): Promise<Campaign> => {
  const schedules = flags.runs ?? (flags.time === undefined ? defaultSchedules : Number.MAX_SAFE_INTEGER)
  const millis =
    (flags.time ?? (flags.runs === undefined ? defaultMillis : Infinity)) - (performance.now() - start)
  const budget = { schedules, millis: Math.min(Math.max(millis, 1), 0x7fffffff), workers }
  const progress = progressOn(process.stderr, flags.quiet === true, { ...budget, wanted: witnesses.length })
  try {
    return await Effect.runPromise(campaign(spec, budget, progress.show))
  } finally {
    progress.end()
  }
}

/** A failing schedule, made short and kept. */
type Found = {
  readonly reported: Reported
  readonly failure: NonNullable<Campaign["failure"]>
  readonly minimal: Minimised
  readonly states: Counterexample["states"]
}

/** Makes the failing schedule short, and keeps it; null if there is none, or if it does not fail a second time. */
const shortened = (
  flags: CheckFlags,
  spec: CampaignSpec,
  properties: readonly Property[],
  { failure }: Campaign,
): Found | null => {
  if (failure === null) return null
  const rules = rulesOf(mutantNamed(spec.mutant ?? ""))
  const minimal = minimise(rules, properties, failure.config, failure.actions)
  if (minimal === null) return null
  const { property, why } = minimal.breach
  const { states } = replay(rules, [property], minimal.config, minimal.run.actions)
  const file = keep(flags.out ?? failuresFolder, counterexampleOf(spec, failure.number, minimal, states))
  const steps = minimal.run.actions.length
  const shortest = minimal.minimality === "shortest"
  return {
    reported: { property, why, steps, file, shortest, schedule: failure.number },
    failure,
    minimal,
    states,
  }
}

const failureLines = (
  paper: Paper,
  flags: CheckFlags,
  spec: CampaignSpec,
  { reported: { property, why, steps, file }, failure, minimal, states }: Found,
): readonly string[] => [
  paper.bad(`${property.id} ${property.name} breached at step ${minimal.breach.step} of ${steps}`),
  `  ${why}`,
  paper.faint(`  ${property.why}`),
  "",
  ...stepLines(paper, states, minimal.run.actions),
  "",
  `  drawn:     schedule ${number(failure.number)}; ${swarmLine(failure.swarm)}`,
  `  shrunk:    ${failure.found} actions${failure.property === property.id ? "" : ` (to a breach of ${failure.property})`}; ${failure.actions.length} by fast-check; ${steps}, ${minimal.minimality}`,
  `  saved:     ${file}`,
  `  Reproduce: ${reproduce(flags, spec, failure.number)}`,
  `  Replay:    npx ftpair replay ${file}`,
]

const counterexampleOf = (
  spec: CampaignSpec,
  schedule: number,
  { config, run, breach, minimality }: Minimised,
  states: Counterexample["states"],
): Counterexample => ({
  property: breach.property.id,
  step: breach.step,
  why: breach.why,
  config,
  mutant: spec.mutant,
  actions: run.actions,
  states,
  found: `random: schedule ${schedule} of the seed`,
  seed: spec.seed,
  minimality,
  description: spec.mutant === null ? null : (mutantNamed(spec.mutant)?.story ?? null),
})

/** The line that finds this failure again, on another machine as on this. */
const reproduce = (flags: CheckFlags, spec: CampaignSpec, schedule: number): string =>
  [
    "npx ftpair check",
    ...(flags.config === undefined ? [] : [`--config ${flags.config}`]),
    ...(flags.property ?? []).map((id) => `--property ${id}`),
    ...(spec.mutant === null ? [] : [`--mutant ${spec.mutant}`]),
    `--seed ${spec.seed}`,
    `--runs ${schedule}`,
  ].join(" ")

const codeOf = (
  flags: CheckFlags,
  regressions: Regressions,
  reported: readonly Reported[],
  ran: Campaign | null,
  unseen: readonly Witness[],
  isSame: boolean,
): ExitCode => {
  const isCut = ran?.stopped === "interrupted" || (ran?.stopped === "time" && flags.time === undefined)
  return worst([
    ...reported.map(({ property }) => (isLiveness(property) ? exitCodes.liveness : exitCodes.safety)),
    ...(regressions.broken.length > 0 ? [exitCodes.notAsPromised] : []),
    ...(isSame ? [] : [exitCodes.nonDeterministic]),
    ...(isCut && reported.length === 0 ? [exitCodes.inconclusive] : []),
    ...(unseen.length > 0 && ran?.failure === null && !isCut ? [exitCodes.vacuous] : []),
  ])
}

const closingLines = (
  paper: Paper,
  spec: CampaignSpec,
  ran: Campaign,
  reported: readonly Reported[],
  unseen: readonly Witness[],
  seconds: number,
): readonly string[] => {
  const stops = {
    failure: "at the first failure",
    runs: "all schedules run",
    time: "time is up",
    interrupted: "interrupted",
  }
  const rate = `${number(Math.round(ran.schedules / seconds))} schedules/s, ${number(Math.round(actionsTaken(ran) / seconds))} actions/s`
  const verdict =
    reported.length > 0
      ? paper.bad(`breached: ${reported.map(({ property }) => property.id).join(", ")}`)
      : ran.stopped === "interrupted"
        ? paper.warn("inconclusive: what was checked held")
        : unseen.length > 0
          ? paper.warn(`vacuous: never seen: ${unseen.map(({ id }) => id).join(", ")}`)
          : paper.good("held")
  return [
    `${verdict}  ${number(ran.schedules)} schedules, ${number(actionsTaken(ran))} actions in ${seconds.toFixed(1)} s (${rate})`,
    `stopped: ${stops[ran.stopped]}  seed ${spec.seed}`,
  ]
}

const verdictWords: Readonly<Record<ExitCode, string>> = {
  [exitCodes.ok]: "held",
  [exitCodes.usage]: "usage",
  [exitCodes.safety]: "breached",
  [exitCodes.liveness]: "breached",
  [exitCodes.vacuous]: "vacuous",
  [exitCodes.notAsPromised]: "not-as-promised",
  [exitCodes.nonDeterministic]: "non-deterministic",
  [exitCodes.inconclusive]: "inconclusive",
  [exitCodes.defect]: "defect",
}

const jsonOf = (
  spec: CampaignSpec,
  properties: readonly Property[],
  wanted: readonly Witness[],
  regressions: Regressions,
  reported: readonly Reported[],
  ran: Campaign | null,
  unseen: readonly Witness[],
  code: ExitCode,
  seconds: number,
) => ({
  verdict: verdictWords[code],
  seed: spec.seed,
  mutant: spec.mutant,
  schedules: ran?.schedules ?? 0,
  actions: ran?.actions ?? {},
  witnesses: Object.fromEntries(wanted.map(({ id }) => [id, ran?.witnesses[id] ?? 0])),
  unseen: unseen.map(({ id }) => id),
  properties: Object.fromEntries(
    properties.map(({ id }) => [
      id,
      {
        verdict: reported.some(({ property }) => property.id === id)
          ? "breached"
          : ran === null
            ? "not-run"
            : "held",
      },
    ]),
  ),
  breaches: reported.map(({ property, why, steps, file, shortest, schedule }) => ({
    property: property.id,
    steps,
    ...(shortest ? { shortest: steps } : {}),
    why,
    ...(schedule === null ? {} : { schedule }),
    file,
  })),
  regressions: {
    replayed: regressions.replayed,
    broken: regressions.broken,
    forgotten: regressions.forgotten,
  },
  stopped: ran?.stopped ?? "regressions",
  seconds: Number(seconds.toFixed(3)),
})
