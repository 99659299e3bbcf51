import { counted } from "../../properties/amount.ts"
import { catalogue } from "../../properties/catalogue.ts"
import type { CampaignSpec } from "../../properties/check/campaign-spec.ts"
import type { Property } from "../../properties/property.ts"
import { refinementId, unfitForEngine } from "../../properties/refinement.ts"
import { sweepLeftovers, timeOfDay } from "../../traces/atomic-file.ts"
import { corpusFolder, scenariosFolder } from "../../traces/package.ts"
import { printable } from "../../traces/printable.ts"
import { readStory, type Story } from "../../traces/read.ts"
import {
  outcomeOf,
  protocolOfStory,
  replayStory,
  verdictOf,
  wordsOf,
  type Replay,
} from "../../traces/replay.ts"
import { failsAgain, filesIn, holdsAgain, keptIn, type SetAside } from "../../traces/store.ts"
import { alsoLines, besides, type Finding } from "./finding.ts"
import type { Style } from "../style.ts"
import { quoted, stepLines } from "../report.ts"

/**
 * What came of the stored runs that are replayed before anything is drawn.
 *
 * Shape  `broken` are the shipped ones that did not give what they promise; `findings` the kept failures that still
 *        fail, and for each property the shortest shipped run that violates it by the rules of the protocol itself;
 *        `forgotten` those that held for the third time; `setAside` what could not be read as one.
 */
export type Stored = {
  readonly replayed: number
  readonly broken: readonly { readonly file: string; readonly outcome: string }[]
  readonly findings: readonly Finding[]
  readonly forgotten: readonly string[]
  readonly setAside: readonly SetAside[]
}

/**
 * Replays the failures kept in `folder` for these rules; and, unless a mutant is asked for, the corpus and the scenarios.
 * Gives way after each; once `stop` is aborted, what is left is not replayed. The shipped ones may be replayed by other
 * rules than those that they name.
 */
export function* replayingStored(
  style: Style,
  { mutant, side }: Pick<CampaignSpec, "mutant" | "side">,
  properties: readonly Property[],
  folder: string,
  stop: AbortSignal,
  rulesOf: typeof protocolOfStory = protocolOfStory,
): Generator<void, Stored, void> {
  sweepLeftovers(folder, timeOfDay())
  const { failures, setAside } = keptIn(folder)
  const kept = failures
    .filter((story) => story.mutant === mutant && (story.meta?.side ?? "both") === side)
    .filter((story) => isChecked(story, properties))
  const unfit = kept.flatMap((story) => setAsideFor(story))
  const shipped =
    mutant === null ? [...filesIn(corpusFolder, ".itf.json"), ...filesIn(scenariosFolder, ".json")] : []
  const broken: Stored["broken"][number][] = []
  const findings: Finding[] = []
  const ofProtocol: Finding[] = []
  const forgotten: string[] = []
  let replayed = 0
  for (const story of kept.filter(({ file }) => unfit.every((entry) => entry.file !== file))) {
    if (stop.aborted) break
    const finding = findingIn(style, story, replayStory(properties, story), "a failure kept before")
    if (finding !== null) {
      failsAgain(story.file)
      findings.push(finding)
    } else if (holdsAgain(story.file)) forgotten.push(story.file)
    replayed += 1
    yield
  }
  for (const file of shipped) {
    if (stop.aborted) break
    const story = readStory(file)
    const run = replayStory(catalogue, story, rulesOf(story))
    const outcome = outcomeOf(story, run)
    if (outcome !== "reproduced")
      broken.push({ file, outcome: `${outcome}: ${wordsOf(verdictOf(run, story))}` })
    const finding = promisesToHold(story) ? findingIn(style, story, run, promised) : null
    if (finding !== null) ofProtocol.push(finding)
    replayed += 1
    yield
  }
  findings.push(...shortestOfEach(ofProtocol))
  return { replayed, broken, findings, forgotten, setAside: [...setAside, ...unfit] }
}

/** A divergence in a cluster that the engine cannot take any more can be neither seen again nor held. */
const setAsideFor = ({ file, expect, config }: Story): readonly SetAside[] => {
  const isDivergence = expect?.verdict === "breached" && expect.property === refinementId
  const why = isDivergence ? unfitForEngine(config) : null
  return why === null ? [] : [{ file, why: `${file}: ${why}` }]
}

/** Whether the property that a kept failure violated is checked: else that it holds now says nothing. */
const isChecked = ({ expect }: Story, properties: readonly Property[]): boolean =>
  expect?.verdict !== "breached" ||
  expect.property === refinementId ||
  properties.some(({ id }) => id === expect.property)

/** What a shipped run is called that must not violate anything. */
const promised = "a stored run that promises to hold"

/** Whether a run by the rules of the protocol itself promises that it violates nothing. */
const promisesToHold = ({ mutant, expect }: Story): boolean =>
  mutant === null && expect?.verdict !== "breached"

/** What a replayed run violates; null if it holds. */
const findingIn = (
  style: Style,
  story: Story,
  { states, violations }: Replay,
  what: string,
): Finding | null => {
  const violation = violations[0]
  if (violation === undefined) return null
  const { property, why, step } = violation
  const also = besides(violation, violations)
  return {
    property,
    why,
    also,
    steps: story.actions.length,
    file: story.file,
    shortest: story.meta?.minimality === "shortest",
    schedule: null,
    config: story.config,
    actions: story.actions,
    reproduce: null,
    lines: [
      style.bad(`${property.id} ${property.name} is violated at step ${step}, by ${what}`),
      `  ${why}`,
      ...alsoLines(style, also),
      "",
      ...stepLines(style, states, story.actions),
      "",
      `  Replay:    npx ftpair replay ${quoted(story.file)}`,
    ],
  }
}

/** Of the findings of each property, the one of the fewest steps. */
const shortestOfEach = (findings: readonly Finding[]): readonly Finding[] => [
  ...new Map(
    findings.toSorted((a, b) => b.steps - a.steps).map((finding) => [finding.property.id, finding]),
  ).values(),
]

/** What is said of the stored runs: a line for all, and one for each that is not as it should be. */
export const storedLines = (
  style: Style,
  { replayed, broken, forgotten, setAside }: Stored,
): readonly string[] => [
  `${counted(replayed, "stored run")} replayed, ${broken.length === 0 ? "all as promised" : style.bad(`${broken.length} not as promised`)}`,
  ...broken.map(({ file, outcome }) => `  ${file}: ${style.bad(outcome)}`),
  ...forgotten.map((file) => `  ${file}: held three times in a row, and is forgotten`),
  ...setAside.map(({ why }) => style.warn(`  set aside, and kept: ${printable(why)}`)),
]
