import * as Effect from "effect/Effect"
import type { Config } from "../model/config.ts"
import { campaign, type Campaign } from "../properties/check/campaign.ts"
import type { CampaignSpec, Side } from "../properties/check/campaign-spec.ts"
import { catalogue } from "../properties/catalogue.ts"
import { unfitForEngine } from "../properties/refinement.ts"
import type { Property } from "../properties/property.ts"
import { canBeSeen, witnesses, type Witness } from "../properties/witnesses.ts"
import { packageVersion } from "../traces/package.ts"
import { readConfig } from "../traces/read.ts"
import { failuresFolder } from "../traces/store.ts"
import { codeOfBreach, exitCodes, worst, type ExitCode } from "./exit.ts"
import { findingOf, type Finding } from "./finding.ts"
import { interruption } from "./interruption.ts"
import { defaultWorkers, freshSeed } from "./options.ts"
import { paperFor, type Paper } from "./paper.ts"
import { progressOn } from "./progress.ts"
import { actionsTaken, number, summaryLines } from "./report.ts"
import { replayStored, storedLines, type Stored } from "./stored.ts"

/** The flags of `ftpair check`, as commander gives them. */
export type CheckFlags = {
  readonly config?: string
  readonly property?: readonly string[]
  readonly mutant?: string
  readonly side?: Side
  readonly seed?: string
  readonly runs?: number
  readonly engineRuns?: number
  readonly time?: number
  readonly workers?: number
  readonly out?: string
  readonly json?: true
  readonly quiet?: true
  readonly color: boolean
}

/**
 * How many schedules are run when nobody says otherwise, by the model with the engine beside it and by the engine
 * alone: well within two minutes on two cores.
 */
const defaultSchedules = 15_000
const defaultVolume = 400_000

/** How long a check may take when nobody says otherwise. */
const defaultMillis = 115_000

/**
 * All that a check has come to.
 *
 * Shape  `campaign` is null where stored runs have decided already. `unseen` are the witnesses that were looked
 *        for and never seen; `isRepeatable` is false if a schedule failed once, and not again.
 */
type Checked = {
  readonly spec: CampaignSpec
  readonly properties: readonly Property[]
  readonly wanted: readonly Witness[]
  readonly stored: Stored
  readonly campaign: Campaign | null
  readonly findings: readonly Finding[]
  readonly unseen: readonly Witness[]
  readonly isRepeatable: boolean
  readonly seconds: number
}

/** Runs the main job and reports it. Results are written before they are reported. */
export const check = async (flags: CheckFlags): Promise<ExitCode> => {
  const start = performance.now()
  const stop = interruption()
  const paper = paperFor(process.stdout, flags.color)
  const say = (...lines: readonly string[]): void => {
    if (flags.json !== true && flags.quiet !== true) process.stdout.write(`${lines.join("\n")}\n`)
  }
  const spec = specOf(flags)
  const properties = catalogue.filter(({ id }) => spec.properties.includes(id))
  const workers = flags.workers ?? defaultWorkers()
  const folder = flags.out ?? failuresFolder
  say(titleLine(paper, spec, workers))

  const unfit = spec.config === null ? null : unfitForEngine(spec.config)
  if (unfit !== null) say(paper.warn(`the model runs alone: ${unfit}`))
  const stored = replayStored(paper, spec, properties, folder)
  say(...storedLines(paper, stored))
  for (const { lines } of stored.findings) say("", ...lines)

  const isDecided = stored.findings.length > 0 || stored.broken.length > 0
  const ran = isDecided ? null : await runCampaign(flags, spec, unfit, workers, start, stop)
  const failure = ran?.failure ?? null
  const finding =
    failure === null ? null : findingOf(paper, spec, properties, failure, folder, flags.config ?? null)
  const wanted = wantedWitnesses(spec, properties)
  const checked: Checked = {
    spec,
    properties,
    wanted,
    stored,
    campaign: ran,
    findings: finding === null ? stored.findings : [...stored.findings, finding],
    unseen: ran === null ? [] : wanted.filter(({ id }) => ran.witnesses[id] === undefined),
    isRepeatable: failure === null || finding !== null,
    seconds: (performance.now() - start) / 1000,
  }
  const code = codeOf(flags, checked)
  if (ran !== null) say("", ...summaryLines(paper, properties, wanted, ran, breachedIn(checked)))
  if (finding !== null) say("", ...finding.lines)
  if (ran !== null) say("", ...closingLines(paper, checked, ran, code))
  if (flags.json === true) process.stdout.write(`${JSON.stringify(jsonOf(checked, code), null, 2)}\n`)
  return code
}

const specOf = (flags: CheckFlags): CampaignSpec => ({
  seed: flags.seed ?? freshSeed(),
  mutant: flags.mutant === undefined || flags.mutant === "none" ? null : flags.mutant,
  side: flags.side ?? "both",
  config: flags.config === undefined ? null : withBounds(readConfig(flags.config)),
  properties: flags.property ?? catalogue.map(({ id }) => id),
  isWhole: flags.property === undefined,
})

/** A guest that may always record never comes to rest: without a bound on the logs, one is set. */
const withBounds = (config: Config): Config =>
  Number.isFinite(config.bounds.log) ? config : { ...config, bounds: { ...config.bounds, log: 3 } }

/** The witnesses that the properties asked for rely on, and that can be seen in the clusters at hand. */
const wantedWitnesses = (
  { config, isWhole }: CampaignSpec,
  properties: readonly Property[],
): readonly Witness[] =>
  witnesses.filter(
    (witness) =>
      (isWhole || properties.some((property) => property.witness === witness.id)) &&
      (config === null || canBeSeen(witness, config)),
  )

const runCampaign = async (
  flags: CheckFlags,
  spec: CampaignSpec,
  unfit: string | null,
  workers: number,
  start: number,
  stop: AbortSignal,
): Promise<Campaign> => {
  const ofModel = flags.time === undefined ? defaultSchedules : Infinity
  const schedules = flags.runs ?? (flags.engineRuns === undefined ? ofModel : 0)
  const isDefault = flags.runs === undefined && flags.time === undefined
  const wanted = flags.engineRuns ?? (isDefault ? defaultVolume : 0)
  const volume = unfit === null ? wanted : 0
  const millisMax = flags.time ?? (flags.runs === undefined ? defaultMillis : Infinity)
  const budget = { schedules, volume, millis: Math.max(1, millisMax - (performance.now() - start)), workers }
  const progress = progressOn(process.stderr, flags.quiet === true, { ...budget, wanted: witnesses.length })
  try {
    return await Effect.runPromise(campaign(spec, budget, progress.show, stop))
  } finally {
    progress.end()
  }
}

/** Whether the campaign was stopped before it had done what was asked: by a person, or by the default limit of time. */
const isCutShort = ({ time }: CheckFlags, { campaign: ran }: Checked): boolean =>
  ran?.stopped === "interrupted" || (ran?.stopped === "time" && time === undefined)

const codeOf = (flags: CheckFlags, checked: Checked): ExitCode => {
  const { findings, stored, isRepeatable, unseen, campaign: ran } = checked
  const isOver = ran?.failure === null && ran.schedules > 0 && !isCutShort(flags, checked)
  return worst([
    ...findings.map(({ property }) => codeOfBreach(property)),
    ...(stored.broken.length > 0 ? [exitCodes.notAsPromised] : []),
    ...(isRepeatable ? [] : [exitCodes.nonDeterministic]),
    ...(isOver && unseen.length > 0 ? [exitCodes.vacuous] : []),
    ...(isCutShort(flags, checked) ? [exitCodes.inconclusive] : []),
  ])
}

const breachedIn = ({ findings }: Checked): ReadonlySet<string> =>
  new Set(findings.map(({ property }) => property.id))

const titleLine = (paper: Paper, { seed, mutant }: CampaignSpec, workers: number): string =>
  [
    `${paper.strong("ftpair")} ${packageVersion}`,
    "check",
    `seed ${seed}`,
    `${workers} ${workers === 1 ? "worker" : "workers"}`,
    ...(mutant === null ? [] : [`mutant ${mutant}`]),
  ].join("  ")

const stops: Readonly<Record<Campaign["stopped"], string>> = {
  failure: "at the first failure",
  runs: "all schedules run",
  time: "time is up",
  interrupted: "interrupted",
}

const closingLines = (paper: Paper, checked: Checked, ran: Campaign, code: ExitCode): readonly string[] => {
  const { seconds, spec } = checked
  const actions = actionsTaken(ran)
  const perSecond = (n: number): string => number(Math.round(n / seconds))
  return [
    `${verdictLine(paper, checked, code)}  ${number(ran.schedules)} schedules, ${number(actions)} actions, by the model with the engine beside it${spec.side === "both" ? "" : `, of which the ${spec.side} is the mutant`}; ${number(ran.volume)} schedules, ${number(ran.volumeActions)} actions, by the engine`,
    `${seconds.toFixed(1)} s (${perSecond(ran.schedules + ran.volume)} schedules/s, ${perSecond(actions + ran.volumeActions)} actions/s)`,
    `stopped: ${stops[ran.stopped]}  seed ${spec.seed}`,
  ]
}

const verdictLine = (paper: Paper, checked: Checked, code: ExitCode): string => {
  switch (code) {
    case exitCodes.ok:
      return paper.good("held")
    case exitCodes.vacuous:
      return paper.warn(`vacuous, never seen: ${checked.unseen.map(({ id }) => id).join(", ")}`)
    case exitCodes.inconclusive:
      return paper.warn("inconclusive, what was checked held")
    case exitCodes.nonDeterministic:
      return paper.bad(
        `schedule ${checked.campaign?.failure?.number} failed, and not again: not deterministic`,
      )
    default:
      return paper.bad(`breached: ${[...breachedIn(checked)].join(", ")}`)
  }
}

const verdicts: Readonly<Record<ExitCode, string>> = {
  [exitCodes.ok]: "held",
  [exitCodes.usage]: "usage",
  [exitCodes.deadlock]: "deadlock",
  [exitCodes.divergence]: "divergence",
  [exitCodes.safety]: "breached",
  [exitCodes.liveness]: "breached",
  [exitCodes.vacuous]: "vacuous",
  [exitCodes.notAsPromised]: "not-as-promised",
  [exitCodes.nonDeterministic]: "non-deterministic",
  [exitCodes.inconclusive]: "inconclusive",
  [exitCodes.defect]: "defect",
  [exitCodes.foreign]: "broken",
}

const jsonOf = (checked: Checked, code: ExitCode) => {
  const { spec, properties, wanted, stored, campaign: ran, findings, unseen, seconds } = checked
  const held = ran === null ? "not-run" : "held"
  return {
    verdict: verdicts[code],
    seed: spec.seed,
    mutant: spec.mutant,
    side: spec.side,
    schedules: ran?.schedules ?? 0,
    engine: { schedules: ran?.volume ?? 0, actions: ran?.volumeActions ?? 0 },
    actions: ran?.actions ?? {},
    witnesses: Object.fromEntries(wanted.map(({ id }) => [id, ran?.witnesses[id] ?? 0])),
    unseen: unseen.map(({ id }) => id),
    properties: Object.fromEntries(
      properties.map(({ id }) => [id, { verdict: breachedIn(checked).has(id) ? "breached" : held }]),
    ),
    breaches: findings.map(({ property, why, steps, file, shortest, schedule }) => ({
      property: property.id,
      steps,
      ...(shortest ? { shortest: steps } : {}),
      why,
      ...(schedule === null ? {} : { schedule }),
      file,
    })),
    stored: { replayed: stored.replayed, broken: stored.broken, forgotten: stored.forgotten },
    stopped: ran?.stopped ?? "stored",
    seconds: Number(seconds.toFixed(3)),
  }
}
