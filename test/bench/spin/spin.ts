import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { packageRoot } from "../../../traces/package.ts"

/**
 * What the same model in Promela, `ftpair.pml`, explores: plain hosts, one-vCPU pairs, no rules.
 *
 * Units  `powerOffUpTo`, `fencesUpTo`: the largest generation of the lock at which PowerOff and the test
 *        operations are offered, 0 for never. `migrate`, `maintenance`, `tests`: whether these kinds are
 *        offered beside the core's.
 * Shape  at most four hosts, two pairs (whose copies never meet the hosts' default limits), logs of three
 *        entries, generation 7, and seven faults: the widths of its variables.
 */
export type Scope = {
  readonly hosts: 3 | 4
  readonly pairs: 1 | 2
  readonly log: number
  readonly generations: number
  readonly faults: number
  readonly powerOffUpTo: number
  readonly fencesUpTo: number
  readonly migrate: boolean
  readonly maintenance: boolean
  readonly tests: boolean
}

/** Three hosts, one pair, the core's kinds, up to generation 5: the scope of the pinned counts, without faults. */
export const coreScope: Scope = {
  hosts: 3,
  pairs: 1,
  log: 0,
  generations: 5,
  faults: 0,
  powerOffUpTo: 0,
  fencesUpTo: 0,
  migrate: false,
  maintenance: false,
  tests: false,
}

/**
 * How to search.
 *
 * Shape  `assertions`: whether each step is checked. `hashBits`: the table has 2 to that many slots; on two
 *        cores breadth first they must exceed the states, else it is only a matter of speed. Two cores are
 *        SPIN's own NCORE depth first, which is exact, and its BFS_PAR breadth first, which stores hashes of
 *        the states instead of the states.
 */
type Search = {
  readonly search: "dfs" | "bfs"
  readonly assertions: boolean
  readonly cores: 1 | 2
  readonly hashBits?: number
}

/**
 * What a search has found, in the model's own counting, and what it has cost.
 *
 * Shape  `depth` is the greatest distance from the start if the search is breadth first, else the longest path
 *        that was taken. `violated`: whether an assertion failed, which ends the search.
 * Units  `seconds` is SPIN's own figure, `wallSeconds` that of the process from start to exit; neither has
 *        the translation and the compilation in it, which are `buildSeconds`.
 */
type Figures = {
  readonly states: number
  readonly transitions: number
  readonly depth: number
  readonly violated: boolean
  readonly seconds: number
  readonly wallSeconds: number
  readonly buildSeconds: number
  readonly megabytes: number
}

/** Whether `spin` and `gcc` are there to be run. */
export const isPresent = (): boolean =>
  spawnSync("spin", ["-V"]).status === 0 && spawnSync("gcc", ["--version"]).status === 0

/** A verifier that was translated and compiled for one scope, in a folder of its own until it is removed. */
type Verifier = { readonly search: () => Figures; readonly remove: () => void }

/** Builds SPIN's verifier for a scope. */
export const verifierOf = (scope: Scope, options: Search): Verifier => {
  const folder = mkdtempSync(join(tmpdir(), "ftpair-spin-"))
  const buildStart = performance.now()
  run(folder, "spin", ["-a", ...macrosOf(scope, options), promelaModel])
  printExactly(join(folder, "pan.c"))
  run(folder, "gcc", ["-O2", "-w", ...flagsOf(options), "-o", "pan", "pan.c"])
  const buildSeconds = (performance.now() - buildStart) / 1000
  return {
    search: () => {
      const start = performance.now()
      const report = run(folder, join(folder, "pan"), argumentsOf(options))
      return { ...figuresIn(report), wallSeconds: (performance.now() - start) / 1000, buildSeconds }
    },
    remove: () => {
      rmSync(folder, { recursive: true })
    },
  }
}

const promelaModel = join(packageRoot, "test", "bench", "spin", "ftpair.pml")

const macrosOf = (scope: Scope, { assertions }: Search): readonly string[] => [
  `-DHOSTS=${scope.hosts}`,
  `-DPAIRS=${scope.pairs}`,
  `-DLOG=${scope.log}`,
  `-DGENERATIONS=${scope.generations}`,
  `-DFAULTS=${scope.faults}`,
  `-DPOWEROFF=${Math.min(scope.powerOffUpTo, scope.generations)}`,
  `-DFENCES=${Math.min(scope.fencesUpTo, scope.generations)}`,
  `-DMIGRATE=${scope.migrate ? 1 : 0}`,
  `-DMAINTENANCE=${scope.maintenance ? 1 : 0}`,
  `-DTESTS=${scope.tests ? 1 : 0}`,
  ...(assertions ? ["-DASSERTIONS"] : []),
]

/** Safety only, and no partial order reduction: one process has nothing to reduce, and the counts are of all states. */
const flagsOf = ({ search, cores }: Search): readonly string[] => {
  const always = ["-DSAFETY", "-DNOREDUCE", "-DMEMLIM=14000"]
  if (search === "bfs") return [...always, cores === 2 ? "-DBFS_PAR" : "-DBFS"]
  return cores === 2 ? [...always, "-DNCORE=2", "-DVMAX=64"] : always
}

/** `-E`: a state in which nothing is enabled is no error. */
const argumentsOf = ({ search, cores, hashBits = 24 }: Search): readonly string[] => [
  "-E",
  `-w${hashBits}`,
  ...(search === "dfs" ? ["-m10000"] : []),
  ...(search === "bfs" && cores === 2 ? ["-u2"] : []),
]

/** SPIN would round its counts to eight digits, and its seconds to three. */
const printExactly = (source: string): void => {
  const text = readFileSync(source, "utf8")
  writeFileSync(
    source,
    text.replaceAll("%9.8g", "%.15g").replaceAll("elapsed time %.3g", "elapsed time %.6g"),
  )
}

/**
 * The figures in SPIN's report. SPIN stores each of the model's states once, the initial one among them. It calls
 * `transitions` the states stored and matched together, so the initial state, to which no transition leads, is
 * one too many.
 */
const figuresIn = (report: string): Omit<Figures, "wallSeconds" | "buildSeconds"> => {
  if (report.includes("max search depth too small") || report.includes("out of memory"))
    throw new Error(`SPIN did not finish:\n${report}`)
  return {
    states: numberIn(report, /([\d.e+]+) states, stored/),
    transitions: numberIn(report, /([\d.e+]+) transitions \(= stored\+matched\)/) - 1,
    depth: numberIn(report, /depth reached (\d+)/),
    violated: numberIn(report, /errors: (\d+)/) > 0,
    seconds: numberIn(report, /elapsed time ([\d.e+]+) seconds/),
    megabytes: numberIn(report, /([\d.]+)\s+total (?:actual memory|shared memory) usage/),
  }
}

const numberIn = (report: string, pattern: RegExp): number => {
  const found = pattern.exec(report)?.[1]
  if (found === undefined) throw new Error(`SPIN's report has no ${pattern.source}:\n${report}`)
  return Number(found)
}

/** What a command has written. */
const run = (folder: string, command: string, args: readonly string[]): string => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: "utf8" })
  if (status !== 0) throw new Error(`${command} failed:\n${stdout}${stderr}`)
  return `${stdout}${stderr}`
}
