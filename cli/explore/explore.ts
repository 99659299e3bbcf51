import { totalmem } from "node:os"
import * as Effect from "effect/Effect"
import { coreKinds, kinds, timedKinds, type Kind } from "../../model/action.ts"
import { plainConfig, type Bounds, type Config } from "../../model/config.ts"
import { readsRegistrations } from "../../model/identity.ts"
import { counted } from "../../properties/amount.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { readsReasons, readsRegistrationsIn } from "../../properties/distinctions.ts"
import { explore, type Exploration } from "../../properties/explore/explore.ts"
import type { Sides } from "../../properties/explore/sides.ts"
import { layoutFor, mayIntervene, type Scope } from "../../properties/explore/scope.ts"
import { missingIn } from "../../properties/explore/vacuity.ts"
import { mutantNamed } from "../../properties/mutants/catalogue.ts"
import { coreScope, kindsWith } from "../../properties/mutants/mutant.ts"
import { isAbout } from "../../properties/ghost.ts"
import { isLiveness, isPromised, type Property } from "../../properties/property.ts"
import { unfitForEngine } from "../../properties/refinement.ts"
import { CannotWrite } from "../../traces/atomic-file.ts"
import { packageVersion } from "../../traces/package.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { readConfig } from "../../traces/config.ts"
import { storeAt } from "../../traces/store.ts"
import { writeDot } from "../../traces/dot.ts"
import { refuseBeside } from "../beside.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import { exploredFindings } from "./finding.ts"
import { exploredLines } from "./report.ts"
import { canCheck, hasGhost, uncheckedWords } from "./unchecked.ts"
import { codeOf, concluded } from "./verdict.ts"
import { interruption } from "../interruption.ts"
import { defaultWorkers } from "../options.ts"
import { refuseTimeless } from "../timed-mutant.ts"
import { prepareOutput } from "../written.ts"
import { outputFor } from "../output.ts"
import { levelsOn } from "../progress.ts"
import { unjudgedWords } from "../report.ts"
import type { ExploreFlags } from "./flags.ts"
import { jsonOf, reproduceLine } from "./document.ts"
import { quotientBounds, quotientOf, windowOf, withoutBounds } from "./every-run.ts"
import { scopeWords } from "./scope-words.ts"

/**
 * What a state costs at the most, in bytes: the table, the BFS levels; without symmetry also the body. Half of the
 * memory is left to others.
 */
const bytesPerState = { symmetric: 48, other: 96 } as const

/** More hosts and pairs than this have more states than can be explored. */
const most = { hosts: 16, pairs: 16, copies: 64 } as const

/** What an exploration may be given: rules on both sides in place of those of `--mutant`, and who stops it. */
export type ExploreCompany = { readonly sides?: Sides; readonly signal?: AbortSignal }

/**
 * Explores every state within the bounds, and reports it. Results are written before they are reported, and reported
 * where they cannot be written.
 */
export const exploreScope = async (
  flags: ExploreFlags,
  { sides, signal = interruption() }: ExploreCompany = {},
): Promise<ExitCode> => {
  const start = performance.now()
  const { style, say, document, note, warn } = outputFor(flags)
  const exploration = explorationOf(flags, sides)
  const folder = storeAt(flags.out)
  if (flags.dot !== undefined)
    prepareOutput("--dot", flags.dot, flags.config === undefined ? [] : [flags.config])
  say(`${style.strong("ftpair")} ${packageVersion}  explore  ${scopeWords(exploration.scope)}`)
  const undrawn = flags.dot === undefined ? null : drawn(flags.dot, exploration.scope)
  if (flags.dot !== undefined && undrawn === null) note(`wrote ${flags.dot}`)
  const progress = levelsOn(process.stderr, flags.quiet === true)
  const company = { onProgress: progress.show, signal }
  const explored = await Effect.runPromise(explore(exploration, company)).finally(progress.end)
  const found = exploredFindings(style, exploration, explored, folder)
  const missing = missingIn(exploration.scope, explored, {
    named: isNamed(flags.actions) ? flags.actions : [],
    required: flags.require ?? [],
  })
  const conclusion = concluded(explored, found, missing)
  const judged = {
    checked: checkedOf(exploration),
    unchecked: uncheckedOf(exploration),
    notPromised: notPromisedOf(exploration),
    seconds: (performance.now() - start) / 1000,
    conclusion,
    divergences: found.divergences,
  }
  say(...exploredLines(style, exploration, explored, judged), `Reproduce: ${reproduceLine(flags)}`)
  document(jsonOf(flags, exploration, explored, judged))
  for (const { unsaved } of found.findings) if (unsaved !== null) warn(unsaved)
  if (undrawn === null) return codeOf(conclusion)
  // What was found comes before what could not be drawn.
  if (codeOf(conclusion) === exitCodes.ok) throw undrawn
  warn(undrawn.message)
  return codeOf(conclusion)
}

/** Draws a state graph; what is wrong where it cannot be written, which keeps nobody from exploring. */
const drawn = (file: string, scope: Scope): CannotWrite | null => {
  try {
    writeDot(file, scope)
    return null
  } catch (error) {
    if (error instanceof CannotWrite) return error
    throw error
  }
}

/** Whether kinds were asked for by their names, and not as one of the usual sets. */
const isNamed = (actions: readonly Kind[] | undefined): actions is readonly Kind[] =>
  actions !== undefined && actions !== coreKinds && actions !== kinds

/** The kinds that are explored where none are asked for. */
const kindsUsually = (mutant: string | null): readonly Kind[] => {
  const known = mutant === null ? null : mutantNamed(mutant)
  return known === null ? coreKinds : kindsWith(known)
}

const explorationOf = (flags: ExploreFlags, sides: Sides | undefined): Exploration => {
  const mutant = flags.mutant === undefined || flags.mutant === "none" ? null : flags.mutant
  const config = configOf(flags, mutant)
  refuseTooMany(config)
  refuseTimeless(mutant, config)
  const usual = flags.actions ?? kindsUsually(mutant)
  const among = usual === coreKinds && config.time !== undefined ? timedKinds : usual
  const reduction = flags.reduction === true
  const properties =
    flags.property === undefined
      ? defaultProperties(config, among, mutant, reduction)
      : promisedAmong(flags.property, config)
  refuseContradictions(flags, properties)
  const quotient = quotientOf(flags, mutant, config)
  if (flags.engine === "packed") {
    const unfit = unfitForEngine(config, mutant)
    if (unfit !== null) throw new BadInput({ message: `${unfit}; --engine model has no such limit` })
  }
  const scope: Scope = {
    config:
      quotient === null
        ? config
        : { ...config, bounds: quotientBounds(config, quotient, flags.window ?? windowOf(mutant)) },
    among,
    mutant,
    properties: quotient === null ? properties : withoutBounds(properties, config),
    symmetry: flags.symmetry && flags.engine === "packed",
    reduction,
    ...(quotient === null ? {} : { quotient }),
    ...(sides === undefined ? {} : { sides }),
  }
  return refuseNothingAsked({
    scope,
    engine: flags.engine,
    liveness: flags.liveness === true,
    weighs: quotient !== null && config.pairs.length === 1 && (flags.property ?? ["S18"]).includes("S18"),
    statesMax: flags.maxStates ?? statesInMemory(scope, flags.engine),
    fingerprint: flags.fingerprint === true,
    workers: flags.workers ?? defaultWorkers("explore"),
  })
}

/**
 * How many states half of the memory holds. Wide ones take more of it: half of the table is empty, and two BFS levels
 * are kept.
 */
const statesInMemory = (scope: Scope, engine: Exploration["engine"]): number => {
  const minimum = bytesPerState[scope.symmetry ? "symmetric" : "other"]
  const bytes = engine === "packed" ? Math.max(minimum, layoutFor(scope).words * 16) : 2000
  const memory = Math.min(totalmem(), process.constrainedMemory() || Infinity)
  return Math.floor(memory / 2 / bytes)
}

/** Said before any work begins. */
const refuseTooMany = ({ hosts, pairs }: Config): void => {
  if (hosts.length > most.hosts || pairs.length > most.pairs || hosts.length * pairs.length > most.copies)
    throw new BadInput({
      message: `explore takes up to ${most.hosts} hosts, ${most.pairs} pairs and ${most.copies} hosts times pairs: expected fewer than ${counted(hosts.length, "host")} and ${counted(pairs.length, "pair")}`,
    })
}

/** What only the packed engine has. */
const alone = ["fingerprint", "workers"] as const

const refuseContradictions = (flags: ExploreFlags, properties: readonly string[]): void => {
  const { reduction, engine, require = [] } = flags
  if (engine === "model") refuseBeside("--engine model", "goes by itself, and keeps all", flags, alone)
  if (reduction === true && engine === "model")
    throw new BadInput({ message: "--reduction is the packed engine's: expected no --engine model with it" })
  if (reduction === true && properties.includes("S19"))
    throw new BadInput({
      message: "--reduction repairs damage at once, and S19 depends on it: expected one or the other",
    })
  const witness = require.find((name) => !(kinds as readonly string[]).includes(name))
  if (witness !== undefined && engine === "model")
    throw new BadInput({
      message: `--require ${witness}: the model by itself counts no witnesses: expected kinds of action`,
    })
}

/** The cluster of a configuration, of the mutant, or the core scope; with what the flags say instead. */
const configOf = (flags: ExploreFlags, mutant: string | null): Config => {
  const { hosts, pairs } = flags
  for (const [name, count] of Object.entries({ hosts, pairs }))
    if (count !== undefined && count > most[name as "hosts" | "pairs"])
      throw new BadInput({
        message: `--${name} ${count}: expected ${most[name as "hosts" | "pairs"]} at the most`,
      })
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
 * All but the properties that must be named, because they distinguish states that are otherwise the same: S19, which
 * depends on the past, S18 where operators can do what it counts, those of registrations where no guard reads these, and
 * those of reasons. For a mutant every property that can be is checked.
 */
const defaultProperties = (
  config: Config,
  among: readonly Kind[],
  mutant: string | null,
  reduction: boolean,
): readonly string[] =>
  catalogue
    .filter((property) => isPromised(property, config))
    .map(({ id }) => id)
    .filter((id) => id !== "L0")
    .filter((id) => id !== "S19" || (mutant !== null && !reduction))
    .filter((id) => id !== "S18" || mutant !== null || !mayIntervene(config, among))
    .filter((id) => mutant !== null || readsRegistrations(config, among) || !readsRegistrationsIn([id]))
    .filter((id) => mutant !== null || !readsReasons([id]))
    .filter((id) => mutant !== null || !hasGhost(id))

/** Those of the named properties that are promised in the cluster. Refuses where none is. */
const promisedAmong = (ids: readonly string[], config: Config): readonly string[] => {
  const named = catalogue.filter(({ id }) => ids.includes(id))
  const promised = named.filter((property) => isPromised(property, config))
  if (promised.length === 0)
    throw new BadInput({ message: unjudgedWords(named, (property) => isAbout(property, config)) })
  return promised.map(({ id }) => id)
}

const isAsked = (exploration: Exploration, property: Property): boolean =>
  (exploration.scope.properties.includes(property.id) || (property.id === "S18" && exploration.weighs)) &&
  canCheck(exploration, property)

/**
 * Refuses where nothing that was named can be checked, or no liveness with `--liveness`: the verdict would look like
 * one on it.
 */
const refuseNothingAsked = (exploration: Exploration): Exploration => {
  const { scope, liveness } = exploration
  const checked = checkedOf(exploration)
  const named = catalogue.filter(({ id }) => scope.properties.includes(id))
  if (checked.length === 0) {
    const why = uncheckedWords(exploration, named).join("; ")
    throw new BadInput({
      message: `--property ${scope.properties.join(", ")} cannot be checked here: ${why}`,
    })
  }
  if (liveness && !checked.some(isLiveness)) {
    const [why = "--property names none of it"] = uncheckedWords(exploration, named.filter(isLiveness))
    throw new BadInput({ message: `--liveness cannot be checked here: ${why}` })
  }
  return exploration
}

const checkedOf = (exploration: Exploration): readonly Property[] =>
  catalogue.filter((property) => isAsked(exploration, property))

const uncheckedOf = (exploration: Exploration): readonly Property[] =>
  aboutIn(exploration).filter(
    (property) => isPromised(property, exploration.scope.config) && !isAsked(exploration, property),
  )

const notPromisedOf = (exploration: Exploration): readonly Property[] =>
  aboutIn(exploration).filter((property) => !isPromised(property, exploration.scope.config))

/** The properties of what there is in a scope. */
const aboutIn = ({ scope }: Exploration): readonly Property[] =>
  catalogue.filter((property) => isAbout(property, scope.config))
