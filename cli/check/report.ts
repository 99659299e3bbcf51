import { jsonOfConfig } from "../../traces/config.ts"
import { packageVersion } from "../../traces/package.ts"
import type { Campaign } from "../../properties/check/campaign.ts"
import type { CampaignSpec } from "../../properties/check/campaign-spec.ts"
import { counted, number } from "../../properties/amount.ts"
import { schedulesNeeded } from "../../properties/check/rarity.ts"
import type { Property } from "../../properties/property.ts"
import { refinementId } from "../../properties/refinement.ts"
import type { Witness } from "../../properties/witness.ts"
import { neverAsked, violatedIn, type CheckFlags, type Checked } from "./checked.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import type { Style } from "../style.ts"
import { actionsTaken, isWhole, quoted, rates } from "../report.ts"

/** The first line: what is checked, and how. */
export const titleLine = (style: Style, { seed, mutant }: CampaignSpec, workers: number): string =>
  [
    `${style.strong("ftpair")} ${packageVersion}`,
    "check",
    `seed ${seed}`,
    counted(workers, "worker"),
    ...(mutant === null ? [] : [`mutant ${mutant}`]),
  ].join("  ")

const stops: Readonly<Record<Campaign["stopped"], string>> = {
  failure: "at the first failure",
  runs: "all schedules run",
  time: "time is up",
  interrupted: "interrupted",
}

/** The verdict, what was done for it, and how to do it again. */
export const closingLines = (
  style: Style,
  { allowVacuous }: Pick<CheckFlags, "allowVacuous">,
  checked: Checked,
  code: ExitCode,
): readonly string[] => {
  const { campaign: ran, unseen, rare, seconds, spec, reproduce, isStopped } = checked
  const { drawingSeconds } = checked
  if (ran === null && !isStopped) return undrawnLines(style, checked)
  const never = idsOf(unseen)
  return [
    `${verdictLine(style, checked, code)}${ran === null ? "" : `  ${workText(checked, ran)}`}`,
    ...(unseen.length > 0 && allowVacuous === true && code === exitCodes.ok
      ? [style.warn(`never seen, and allowed to be: ${never}`)]
      : []),
    ...(neverAsked(checked).length > 0 && allowVacuous === true && code === exitCodes.ok
      ? [style.warn(`never asked, and allowed to be: ${idsOf(neverAsked(checked))}`)]
      : []),
    ...(rare.length > 0 && checked.findings.length === 0
      ? [
          `not seen yet, and not to be expected of so few schedules: ${rare.map((witness) => rareText(witness, spec)).join(", ")}`,
        ]
      : []),
    ...uncheckedLines(checked),
    ...(ran === null ? [] : [`${seconds.toFixed(1)} s${ratesOf(ran, drawingSeconds)}`]),
    `stopped: ${stops[ran?.stopped ?? "interrupted"]}  seed ${spec.seed}`,
    ...(checked.findings.length > 0 ? [] : [`Reproduce: ${reproduce}`]),
    ...checked.stored.broken.slice(0, 1).map(({ file }) => `Replay: npx ftpair replay ${quoted(file)}`),
  ]
}

/** Which properties nothing has checked, and why. */
const uncheckedLines = ({ unchecked, unasked, properties }: Checked): readonly string[] => {
  const beyondEngine = unchecked.filter((property) => !unasked.includes(property))
  return [
    ...(unasked.length > 0
      ? [`not asked, as no cluster that was drawn promises that: ${idsOf(unasked)}`]
      : []),
    ...(beyondEngine.length > 0 && unchecked.length < properties.length
      ? [`not checked, which takes the model: ${idsOf(beyondEngine)}`]
      : []),
  ]
}

const idsOf = (some: readonly { readonly id: string }[]): string => some.map(({ id }) => id).join(", ")

/** What is said where a stored run has violated something, and nothing was drawn. */
const undrawnLines = (style: Style, checked: Checked): readonly string[] => [
  style.bad(
    `violated: ${[...violatedIn(checked)].join(", ")}; stopped at the stored runs, and nothing was drawn`,
  ),
]

const rareText = ({ id }: Witness, { config }: CampaignSpec): string => {
  const needed = schedulesNeeded(id, config)
  return Number.isFinite(needed) ? `${id} (${number(needed)} show it)` : `${id} (for an exploration)`
}

const workText = ({ spec }: Checked, ran: Campaign): string => {
  const side = spec.side === "both" ? "" : `, of which the ${spec.side} is the mutant`
  return `${counted(ran.schedules, "schedule")}, ${counted(actionsTaken(ran), "action")}, by the model with the engine beside it${side}; ${counted(ran.engineRuns, "schedule")}, ${counted(ran.engineActions, "action")}, by the engine`
}

const ratesOf = (ran: Campaign, seconds: number): string =>
  rates(seconds, {
    schedules: ran.schedules + ran.engineRuns,
    actions: actionsTaken(ran) + ran.engineActions,
  })

const verdictLine = (style: Style, checked: Checked, code: ExitCode): string => {
  switch (code) {
    case exitCodes.ok:
      return style.good("held")
    case exitCodes.vacuous:
      return style.warn(
        checked.isIdle
          ? "vacuous: the protocol took no step, as no pair could be powered on"
          : `vacuous, ${missingWords(checked)}`,
      )
    case exitCodes.inconclusive:
      return style.warn(
        checked.campaign === null || checked.campaign.schedules + checked.campaign.engineRuns === 0
          ? "inconclusive, no schedule was finished"
          : checked.unchecked.length === checked.properties.length
            ? "inconclusive, nothing was checked"
            : "inconclusive, what was checked held",
      )
    case exitCodes.nonDeterministic:
      return style.bad(
        `schedule ${checked.campaign?.failure?.number} failed, and not again: not deterministic`,
      )
    case exitCodes.notAsPromised:
      return style.bad(
        `${counted(checked.stored.broken.length, "stored run")} not as promised; what was drawn held`,
      )
    default:
      return style.bad(`violated: ${[...violatedIn(checked)].join(", ")}`)
  }
}

/** What had to come up, and did not. */
const missingWords = (checked: Checked): string =>
  [
    ...(checked.unseen.length > 0 ? [`never seen: ${idsOf(checked.unseen)}`] : []),
    ...(neverAsked(checked).length > 0 ? [`never asked: ${idsOf(neverAsked(checked))}`] : []),
  ].join("; ")

/** The word of each exit code that a check can come to. */
const verdicts: Readonly<Partial<Record<ExitCode, string>>> = {
  [exitCodes.ok]: "held",
  [exitCodes.divergence]: "divergence",
  [exitCodes.safety]: "breached",
  [exitCodes.liveness]: "breached",
  [exitCodes.vacuous]: "vacuous",
  [exitCodes.notAsPromised]: "not-as-promised",
  [exitCodes.nonDeterministic]: "non-deterministic",
  [exitCodes.inconclusive]: "inconclusive",
}

/** What `check --json` answers with. */
export const jsonOf = (checked: Checked, code: ExitCode) => {
  const { spec, properties, wanted, stored, campaign: ran, findings, unseen, rare } = checked
  const { seconds, workers, reproduce } = checked
  return {
    verdict: verdicts[code] ?? "defect",
    version: packageVersion,
    seed: spec.seed,
    mutant: spec.mutant,
    side: spec.side,
    config: spec.config === null ? null : jsonOfConfig(spec.config),
    workers,
    reproduce,
    schedules: ran?.schedules ?? 0,
    engine: { schedules: ran?.engineRuns ?? 0, actions: ran?.engineActions ?? 0 },
    actions: ran?.actions ?? {},
    asked: ran?.asked ?? {},
    witnesses: Object.fromEntries(wanted.map(({ id }) => [id, ran?.witnesses[id] ?? 0])),
    unseen: unseen.map(({ id }) => id),
    neverAsked: neverAsked(checked).map(({ id }) => id),
    idle: checked.isIdle,
    rare: Object.fromEntries(rare.map(({ id }) => [id, schedulesNeeded(id, spec.config)])),
    properties: {
      ...Object.fromEntries(
        properties.map((property) => [property.id, { verdict: verdictOf(checked, property) }]),
      ),
      ...Object.fromEntries(checked.notPromised.map(({ id }) => [id, { verdict: "not-promised" }])),
    },
    breaches: findings.map((finding) => ({
      property: finding.property.id,
      steps: finding.steps,
      ...(finding.shortest ? { shortest: finding.steps } : {}),
      why: finding.why,
      ...(finding.also.length === 0
        ? {}
        : { also: finding.also.map(({ property, why }) => ({ property: property.id, why })) }),
      ...(finding.property.id === refinementId ? { differs: finding.why.split("; ") } : {}),
      ...(finding.schedule === null ? {} : { schedule: finding.schedule }),
      file: finding.file,
      ...(finding.unsaved == null ? {} : { unsaved: finding.unsaved }),
      ...(finding.reproduce === null ? {} : { reproduce: finding.reproduce }),
      config: jsonOfConfig(finding.config),
      actions: finding.actions,
    })),
    stored: {
      replayed: stored.replayed,
      broken: stored.broken,
      forgotten: stored.forgotten,
      setAside: stored.setAside,
    },
    stopped: ran?.stopped ?? (checked.isStopped ? "interrupted" : "stored"),
    seconds: Number(seconds.toFixed(3)),
  }
}

/** A property was not violated in a campaign that stopped before its end: that is no verdict on it. */
const verdictOf = (
  checked: Checked,
  property: Property,
): "breached" | "held" | "inconclusive" | "not-run" => {
  if (violatedIn(checked).has(property.id)) return "breached"
  if (checked.campaign === null || checked.unchecked.includes(property)) return "not-run"
  return isWhole(checked.campaign) ? "held" : "inconclusive"
}
