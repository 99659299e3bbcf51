import * as Effect from "effect/Effect"
import { kindsOf } from "../../model/action.ts"
import type { Config } from "../../model/config.ts"
import { campaign, type Budget, type Campaign } from "../../properties/check/campaign.ts"
import { mutantsOf, type CampaignSpec } from "../../properties/check/campaign-spec.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { unfitForEngine } from "../../properties/refinement.ts"
import { isAbout } from "../../properties/ghost.ts"
import { isLiveness, isPromised, type Property } from "../../properties/property.ts"
import type { Witness } from "../../properties/witness.ts"
import { canBeSeen, witnesses } from "../../properties/witnesses.ts"
import { schedulesForAll, schedulesNeeded } from "../../properties/check/rarity.ts"
import { inTurns } from "../../properties/explore/turns.ts"
import { watched } from "../../properties/packed/property-set.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { readConfig } from "../../traces/config.ts"
import { protocolOfStory } from "../../traces/replay.ts"
import { storeAt } from "../../traces/store.ts"
import { closingLines, jsonOf, titleLine } from "./report.ts"
import { neverAsked, violatedBy, violatedIn, type Checked, type CheckFlags } from "./checked.ts"
import { codeOfViolation, exitCodes, worst, type ExitCode } from "../exit.ts"
import { findingOf } from "./finding.ts"
import { interruption } from "../interruption.ts"
import { defaultWorkers, freshSeed } from "../options.ts"
import { outputFor } from "../output.ts"
import { progressOn } from "../progress.ts"
import { notPromisedWords, quoted, summaryLines, unjudgedWords } from "../report.ts"
import { ownScopeOf, refuseTimeless } from "../timed-mutant.ts"
import { replayingStored, storedLines } from "./stored.ts"

/**
 * How many schedules are run by default, by the model with the engine beside it and by the engine alone: well within
 * two minutes on two cores. A slower machine does what it can in that time, and the floor of it whatever it takes: then
 * every machine comes to a verdict.
 */
const defaultSchedules = 15_000
const defaultEngineRuns = 400_000
const floorInDrawnClusters = { schedules: schedulesForAll, engineRuns: 40_000 }
const floorInOneCluster = { schedules: 300, engineRuns: 20_000 }

/** How long a check may take by default. */
const defaultMillis = 115_000

/**
 * Runs the main job and reports it. Results are written before they are reported. `now` gives milliseconds; `rulesOf`
 * gives the rules by which shipped runs are replayed.
 */
export const check = async (
  flags: CheckFlags,
  now: () => number = () => performance.now(),
  rulesOf: typeof protocolOfStory = protocolOfStory,
): Promise<ExitCode> => {
  if (flags.side !== undefined && (flags.mutant === undefined || flags.mutant === "none"))
    throw new BadInput({ message: `--side ${flags.side}: expected --mutant beside it, whose side it is` })
  const start = now()
  const stop = interruption()
  const { style, say, document, warn } = outputFor(flags)
  const spec = specOf(flags)
  const { properties, notPromised } = propertiesIn(spec)
  const workers = flags.workers ?? defaultWorkers("check")
  const folder = storeAt(flags.out)
  say(titleLine(style, spec, workers))

  const unfit = unfitForEngine(spec.config, mutantsOf(spec).engine)
  if (unfit !== null) say(style.warn(`the model runs alone: ${unfit}`))
  const stored = await inTurns(replayingStored(style, spec, properties, folder, stop, rulesOf))
  say(...storedLines(style, stored))
  for (const { lines } of stored.findings) say("", ...lines)

  const isDecided = stored.findings.length > 0
  const budget = { ...budgetOf(flags, spec.config, unfit, now() - start), workers }
  const startOfDrawing = now()
  const ran = isDecided || stop.aborted ? null : await runCampaign(flags, spec, budget, stop)
  const drawingSeconds = (now() - startOfDrawing) / 1000
  const failure = ran?.failure ?? null
  const finding =
    failure === null
      ? null
      : await inTurns(findingOf(style, spec, properties, failure, folder, flags.config ?? null, stop))
  const wanted = wantedWitnesses(spec, properties)
  const unseen = ran === null ? [] : wanted.filter(({ id }) => ran.witnesses[id] === undefined)
  const isExpected = ({ id }: Witness): boolean => schedulesNeeded(id, spec.config) <= (ran?.schedules ?? 0)
  const unchecked = properties.filter((property) => !isChecked(property, ran))
  const checked: Checked = {
    spec,
    properties,
    notPromised,
    wanted,
    stored,
    campaign: ran,
    findings: finding === null ? stored.findings : [...stored.findings, finding],
    unseen: unseen.filter(isExpected),
    rare: unseen.filter((witness) => !isExpected(witness)),
    isIdle:
      ran !== null &&
      ran.schedules > 0 &&
      kindsOf("protocol").every((kind) => ran.actions[kind] === undefined),
    unchecked,
    unasked: ran === null ? [] : unchecked.filter((property) => isWithinReach(property, ran)),
    reproduce: reproduceLine(flags, spec),
    workers,
    isRepeatable: failure === null || finding !== null,
    isStopped: stop.aborted,
    seconds: (now() - start) / 1000,
    drawingSeconds,
  }
  const code = codeOf(flags, checked)
  if (ran !== null)
    say(
      "",
      ...summaryLines(style, properties, wanted, ran, violatedIn(checked), checked.unchecked),
      ...notPromisedWords(notPromised),
    )
  if (finding !== null) say("", ...finding.lines)
  say("", ...closingLines(style, flags, checked, code))
  if (finding?.unsaved != null) warn(`the counterexample is not saved: ${finding.unsaved}`)
  document(jsonOf(checked, code))
  return code
}

/**
 * The properties that are to be checked, and those that are not promised in the cluster. Those of a part that it does not have
 * are neither. Refuses where nothing is left: it would look like a verdict. Of clusters that are drawn, each is asked what it
 * promises.
 */
const propertiesIn = ({ config, properties: ids }: CampaignSpec) => {
  const named = catalogue.filter(({ id }) => ids.includes(id))
  if (config === null) return { properties: named, notPromised: [] }
  const about = named.filter((property) => isAbout(property, config))
  const properties = about.filter((property) => isPromised(property, config))
  const notPromised = about.filter((property) => !properties.includes(property))
  if (properties.length === 0 && named.length > 0)
    throw new BadInput({ message: unjudgedWords(named, (property) => about.includes(property)) })
  return { properties, notPromised }
}

/** Whether anything checked a property: the model checks all that a cluster promises, the engine what it watches of that. */
const isChecked = ({ id }: Property, ran: Campaign | null): boolean =>
  ran?.asked[id] !== undefined || ran?.engineAsked[id] !== undefined

/** Whether what was run would have checked a property, had any cluster promised it: the engine checks what it watches of safety. */
const isWithinReach = (property: Property, ran: Campaign): boolean =>
  ran.schedules > 0 ||
  (ran.engineRuns > 0 && !isLiveness(property) && (watched as readonly string[]).includes(property.id))

const specOf = (flags: CheckFlags): CampaignSpec => {
  const mutant = flags.mutant === undefined || flags.mutant === "none" ? null : flags.mutant
  const config = flags.config === undefined ? ownScopeOf(mutant) : withBounds(readConfig(flags.config))
  if (config !== null) refuseTimeless(mutant, config)
  return {
    seed: flags.seed ?? freshSeed(),
    mutant,
    side: flags.side ?? "both",
    config,
    properties: flags.property ?? catalogue.map(({ id }) => id),
    isWhole: flags.property === undefined,
  }
}

/** A guest that may always record never becomes quiescent, so logs without a bound get one. */
const withBounds = (config: Config): Config =>
  Number.isFinite(config.bounds.log) ? config : { ...config, bounds: { ...config.bounds, log: 3 } }

/** The witnesses that the checked properties rely on, and that can be seen in the clusters at hand. */
const wantedWitnesses = (
  { config, isWhole }: CampaignSpec,
  properties: readonly Property[],
): readonly Witness[] =>
  witnesses.filter(
    (witness) =>
      (isWhole || properties.some((property) => property.witness === witness.id)) &&
      (config === null || canBeSeen(witness, config)),
  )

const noFloor = { schedules: 0, engineRuns: 0 }

/**
 * What the campaign of a check may cost, so many milliseconds after the check began: with no flags that say otherwise
 * a floor is run to its end, though its time be up. `unfit` is why the engine cannot take the cluster, or null. Alone it runs
 * nothing there.
 */
export const budgetOf = (
  flags: CheckFlags,
  config: Config | null,
  unfit: string | null,
  elapsed: number,
): Omit<Required<Budget>, "workers"> => {
  const ofModel = flags.time === undefined ? defaultSchedules : Infinity
  const isTimed = flags.runs === undefined && flags.engineRuns === undefined
  const isDefault = isTimed && flags.time === undefined
  const millisMax = flags.time ?? (isTimed ? defaultMillis : Infinity)
  const schedules = flags.runs ?? (flags.engineRuns === undefined ? ofModel : 0)
  const wanted = flags.engineRuns ?? (isDefault ? defaultEngineRuns : schedules === Infinity ? Infinity : 0)
  const floor = isDefault ? (config === null ? floorInDrawnClusters : floorInOneCluster) : noFloor
  return {
    schedules,
    engineRuns: unfit === null ? wanted : 0,
    millis: Math.max(1, millisMax - elapsed),
    floor: unfit === null ? floor : { ...floor, engineRuns: 0 },
  }
}

const runCampaign = async (
  flags: CheckFlags,
  spec: CampaignSpec,
  budget: Required<Budget>,
  stop: AbortSignal,
): Promise<Campaign> => {
  const progress = progressOn(process.stderr, flags.quiet === true, { ...budget, wanted: witnesses.length })
  try {
    return await Effect.runPromise(campaign(spec, budget, progress.show, stop))
  } finally {
    progress.end()
  }
}

/** Whether any run was drawn and judged by a property that was to be checked. */
const isJudged = ({ campaign: ran, properties, unchecked }: Checked): boolean =>
  ran !== null && ran.schedules + ran.engineRuns > 0 && unchecked.length < properties.length

/** Whether what had to be seen was not, or what had to be asked. */
const isVacuous = (checked: Checked): boolean =>
  checked.isIdle || checked.unseen.length > 0 || neverAsked(checked).length > 0

const codeOf = (flags: CheckFlags, checked: Checked): ExitCode => {
  const { findings, stored, isRepeatable, isStopped } = checked
  const isFound = findings.length > 0 || stored.broken.length > 0 || !isRepeatable
  return worst([
    ...findings.flatMap(violatedBy).map(codeOfViolation),
    ...(stored.broken.length > 0 ? [exitCodes.notAsPromised] : []),
    ...(isRepeatable ? [] : [exitCodes.nonDeterministic]),
    ...(isFound || isStopped || flags.allowVacuous === true || !isVacuous(checked)
      ? []
      : [exitCodes.vacuous]),
    ...(isStopped || (!isFound && !isJudged(checked)) ? [exitCodes.inconclusive] : []),
  ])
}

/** The line that checks the same again: a seed draws the same schedules, whatever the machine. */
const reproduceLine = (flags: CheckFlags, spec: CampaignSpec): string =>
  [
    "npx ftpair check",
    ...(flags.config === undefined ? [] : [`--config ${quoted(flags.config)}`]),
    ...(spec.isWhole ? [] : spec.properties.map((id) => `--property ${id}`)),
    ...(spec.mutant === null ? [] : [`--mutant ${spec.mutant}`]),
    ...(spec.side === "both" ? [] : [`--side ${spec.side}`]),
    `--seed ${spec.seed}`,
    ...(flags.runs === undefined ? [] : [`--runs ${flags.runs}`]),
    ...(flags.engineRuns === undefined ? [] : [`--engine-runs ${flags.engineRuns}`]),
    ...(flags.time === undefined ? [] : [`--time ${Math.round(flags.time / 1000)}s`]),
    ...(flags.allowVacuous === undefined ? [] : ["--allow-vacuous"]),
  ].join(" ")
