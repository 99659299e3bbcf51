import { totalmem } from "node:os"
import * as Effect from "effect/Effect"
import { coreKinds, kinds, type Kind } from "../model/action.ts"
import { plainConfig, type Bounds, type Config } from "../model/config.ts"
import { catalogue } from "../properties/catalogue.ts"
import { explore, type Exploration, type Explored } from "../properties/explore/explore.ts"
import { unfitForEngine } from "../properties/refinement.ts"
import { asksRest, mayIntervene } from "../properties/explore/scope.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { coreScope } from "../properties/mutants/mutant.ts"
import { isLiveness, type Property } from "../properties/property.ts"
import { packageVersion } from "../traces/package.ts"
import { BadInput, jsonOfConfig, readConfig } from "../traces/read.ts"
import { failuresFolder } from "../traces/store.ts"
import { writeDot } from "../traces/dot.ts"
import { codeOfBreach, exitCodes, worst, type ExitCode } from "./exit.ts"
import { exploredFindings, type ExploredFindings } from "./explored-finding.ts"
import { exploredLines, scopeWords } from "./explored-report.ts"
import { defaultWorkers } from "./options.ts"
import { paperFor } from "./paper.ts"
import { layersOn } from "./progress.ts"

/** The flags of `ftpair explore`, as commander gives them. */
export type ExploreFlags = {
  readonly config?: string
  readonly hosts?: number
  readonly pairs?: number
  readonly log?: number
  readonly generations?: number
  readonly faults?: number
  readonly powerOffUpTo?: number
  readonly fencesUpTo?: number
  readonly actions?: readonly Kind[]
  readonly property?: readonly string[]
  readonly mutant?: string
  readonly symmetry: boolean
  readonly reduction: boolean
  readonly liveness?: true
  readonly engine: "model" | "packed"
  readonly maxStates?: number
  readonly fingerprint?: true
  readonly workers?: number
  readonly dot?: string
  readonly out?: string
  readonly json?: true
  readonly quiet?: true
  readonly color: boolean
}

/** What a state costs at the most, in bytes: the table, the layers. Half of the memory is left to others. */
const bytesPerState = 48

/** Explores every state within the bounds, and reports it. Results are written before they are reported. */
export const exploreScope = async (flags: ExploreFlags): Promise<ExitCode> => {
  const start = performance.now()
  const paper = paperFor(process.stdout, flags.color)
  const say = (...lines: readonly string[]): void => {
    if (flags.json !== true && flags.quiet !== true) process.stdout.write(`${lines.join("\n")}\n`)
  }
  const exploration = explorationOf(flags)
  const unfit = exploration.engine === "packed" ? unfitForEngine(exploration.scope.config) : null
  if (unfit !== null) throw new BadInput({ message: `${unfit}; --engine model has no such limit` })
  say(`${paper.strong("ftpair")} ${packageVersion}  explore  ${scopeWords(exploration.scope)}`)
  if (flags.dot !== undefined) writeDot(flags.dot, exploration.scope)
  const progress = layersOn(process.stderr, flags.quiet === true)
  const explored = await Effect.runPromise(explore(exploration, progress.show)).finally(progress.end)
  const found = exploredFindings(paper, exploration, explored, flags.out ?? failuresFolder)
  const code = codeOf(explored, found)
  const seconds = (performance.now() - start) / 1000
  const asked = { asked: askedOf(exploration), notAsked: notAskedOf(exploration) }
  say(...exploredLines(paper, exploration, explored, found, { ...asked, seconds, code }))
  if (flags.json === true)
    process.stdout.write(`${JSON.stringify(jsonOf(exploration, explored, found, seconds, code), null, 2)}\n`)
  return code
}

const explorationOf = (flags: ExploreFlags): Exploration => {
  const mutant = flags.mutant === undefined || flags.mutant === "none" ? null : flags.mutant
  const config = configOf(flags, mutant)
  const among = flags.actions ?? (mutant === null ? coreKinds : kinds)
  const properties = flags.property ?? defaultProperties(config, among, mutant)
  const asksPast = properties.includes("S19")
  return {
    scope: {
      config,
      among,
      mutant,
      properties,
      symmetry: flags.symmetry && flags.engine === "packed",
      // The argument for the reduction is about the protocol's own rules, and about safety in a state or a step.
      reduction:
        flags.reduction &&
        flags.engine === "packed" &&
        mutant === null &&
        !asksPast &&
        flags.liveness !== true,
    },
    engine: flags.engine,
    liveness: flags.liveness === true,
    statesMax: flags.maxStates ?? Math.floor(totalmem() / 2 / bytesPerState),
    fingerprint: flags.fingerprint === true,
    workers: flags.workers ?? defaultWorkers(),
  }
}

/** The cluster of a configuration, of the mutant, or the core scope; with what the flags say instead. */
const configOf = (flags: ExploreFlags, mutant: string | null): Config => {
  const { hosts, pairs } = flags
  if (flags.config !== undefined && (hosts !== undefined || pairs !== undefined))
    throw new BadInput({
      message: "--hosts and --pairs make a cluster of their own: expected either these or --config",
    })
  const own = mutant === null ? null : mutantNamed(mutant)
  const base =
    flags.config !== undefined
      ? readConfig(flags.config)
      : hosts === undefined && pairs === undefined && own?.scope !== undefined
        ? own.scope
        : plainConfig(hosts ?? coreScope.hosts.length, pairs ?? coreScope.pairs.length)
  const standard = flags.config === undefined && own?.scope === undefined ? coreScope.bounds : base.bounds
  const bounds: Bounds = {
    log: flags.log ?? finite(standard.log, coreScope.bounds.log),
    generations: flags.generations ?? finite(standard.generations, coreScope.bounds.generations),
    faults: flags.faults ?? finite(standard.faults, coreScope.bounds.faults),
    powerOffUpTo: flags.powerOffUpTo ?? standard.powerOffUpTo,
    fencesUpTo: flags.fencesUpTo ?? standard.fencesUpTo,
  }
  return { ...base, bounds }
}

const finite = (bound: number, otherwise: number): number => (Number.isFinite(bound) ? bound : otherwise)

/**
 * All but what asks about the past and is not asked by name: S19 always, and S18 where operators can do what it
 * counts. Either tells states apart that are otherwise the same. A mutant is asked everything.
 */
const defaultProperties = (
  config: Config,
  among: readonly Kind[],
  mutant: string | null,
): readonly string[] =>
  catalogue
    .map(({ id }) => id)
    .filter((id) => id !== "L0")
    .filter((id) => mutant !== null || (id !== "S19" && (id !== "S18" || !mayIntervene(config, among))))

/**
 * Liveness is asked where the cluster rests: not under the reduction, which passes over the places of rest, and not
 * where the protocol may not do all that it owes.
 */
const isAsked = ({ scope, liveness }: Exploration, property: Property): boolean =>
  scope.properties.includes(property.id) &&
  property.id !== "L0" &&
  (!isLiveness(property) || asksRest(liveness ? { ...scope, reduction: false } : scope))

const askedOf = (exploration: Exploration): readonly Property[] =>
  catalogue.filter((property) => isAsked(exploration, property))

const notAskedOf = (exploration: Exploration): readonly Property[] =>
  catalogue.filter((property) => !isAsked(exploration, property))

const codeOf = (explored: Explored, { findings, divergences }: ExploredFindings): ExitCode =>
  worst([
    ...(explored.deadlocks > 0 ? [exitCodes.deadlock] : []),
    ...findings.map(({ property }) => codeOfBreach(property)),
    ...(divergences.length > 0 ? [exitCodes.divergence] : []),
    ...(explored.end === "too many states" ||
    explored.end === "interrupted" ||
    explored.liveness === "unknown"
      ? [exitCodes.inconclusive]
      : []),
  ])

const verdicts: Readonly<Partial<Record<ExitCode, string>>> = {
  [exitCodes.ok]: "held",
  [exitCodes.deadlock]: "deadlock",
  [exitCodes.safety]: "breached",
  [exitCodes.liveness]: "breached",
  [exitCodes.divergence]: "divergence",
  [exitCodes.inconclusive]: "inconclusive",
}

const jsonOf = (
  exploration: Exploration,
  explored: Explored,
  { findings, divergences }: ExploredFindings,
  seconds: number,
  code: ExitCode,
) => {
  const { scope } = exploration
  return {
    verdict: verdicts[code],
    states: explored.states,
    standsFor: explored.standsFor,
    transitions: explored.transitions,
    depth: explored.depth,
    seconds: Number(seconds.toFixed(3)),
    breaches: findings.map(({ property, steps, file, why }) => ({
      property: property.id,
      steps,
      shortest: steps,
      why,
      file,
    })),
    divergences,
    actions: explored.kinds,
    witnesses: explored.sightedAt,
    properties: askedOf(exploration).map(({ id }) => id),
    notAsked: notAskedOf(exploration).map(({ id }) => id),
    liveness: explored.liveness,
    assurance: assuranceOf(exploration, explored, code),
    scope: {
      config: jsonOfConfig(scope.config),
      actions: scope.among,
      mutant: scope.mutant,
      symmetry: scope.symmetry,
      reduction: scope.reduction,
      engine: exploration.engine,
      exact: !exploration.fingerprint,
    },
    end: explored.end,
    waiting: explored.waiting,
    ends: explored.ends,
    deadlocks: explored.deadlocks,
    outDegree: { mean: explored.transitions / Math.max(1, explored.states), max: explored.mostSuccessors },
    highestGeneration: explored.highestGeneration,
    bytes: explored.bytes,
    workers: explored.workers,
  }
}

/** What the verdict is worth, in one sentence. */
export const assuranceOf = (
  { scope, fingerprint }: Exploration,
  explored: Explored,
  code: ExitCode,
): string => {
  if (explored.end === "too many states" || explored.end === "interrupted")
    return `partial: every state within ${explored.depth} steps, of ${scopeWords(scope)}`
  if (code !== exitCodes.ok)
    return `shortest: no run of fewer steps breaches any of these within ${scopeWords(scope)}`
  const kind = fingerprint ? "exhaustive, but for colliding fingerprints," : "exhaustive"
  return `${kind} within these bounds: ${scopeWords(scope)}`
}
