import { spawnSync } from "node:child_process"
import { fileURLToPath } from "node:url"
import { plainConfig, type Config } from "../../model/config.ts"
import { coreKinds } from "../../model/action.ts"
import { protocolOf } from "../../model/core.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { readsMore } from "../../properties/distinctions.ts"
import { runEngineBatch } from "../../properties/check/engine-runs.ts"
import { sweepWith } from "../../properties/explore/worker-pool.ts"
import type { Scope } from "../../properties/explore/scope.ts"
import { sweep } from "../../properties/explore/sweep.ts"
import * as Effect from "effect/Effect"
import { conformBench } from "./conform.ts"
import { fleetBench } from "./fleet.ts"
import { limitSeconds } from "./limit.ts"
import { runCommands } from "./peers/commands.ts"
import { searchNaively } from "./peers/naive.ts"
import * as quint from "./quint/quint.ts"
import { figure, inTurn, median, ratio, secondsOf } from "./rounds.ts"
import * as spin from "./spin/spin.ts"
import { validateBench } from "./validate.ts"

// Benchmarks. Every ratio is of things measured in turn in one run; a figure is the median of its rounds. Say which
// to run: `npm run bench -- explore verdict`; without names, all. Several run one after another, each in a process of its
// own: where one has run before, the compiler of Node has made functions of it that serve both, and the second is slower.
// BENCH_ROUNDS sets the rounds, 5 if left out.

const rounds = Number(process.env["BENCH_ROUNDS"] ?? 5)

const say = (line: string): void => void process.stdout.write(`${line}\n`)

const safety = catalogue
  .filter(({ id, family }) => family === "safety" && id !== "S19" && !readsMore([id]))
  .map(({ id }) => id)

const scopeOf = (config: Config, reduced = false): Scope => ({
  config,
  among: coreKinds,
  mutant: null,
  properties: safety,
  symmetry: reduced,
  reduction: reduced,
})

const core = plainConfig(3, 1, { faults: 2, log: 2, generations: 5 })
const thirtyMillion = plainConfig(3, 1, { faults: 3, log: 2, generations: 5 })

/** The scope of the same model in Promela. */
const promelaScope = (faults: number): spin.Scope => ({
  ...spin.coreScope,
  faults,
  log: 2,
  powerOffUpTo: Infinity,
})

const isHere = (what: string, present: boolean): boolean => {
  if (!present) say(`${what} is not on this machine: its part is left out`)
  return present
}

/** Every state of the 5-million scope, without symmetry or reduction, all safety properties checked: states a second. */
const benchExplore = async (): Promise<void> => {
  say(
    "\nexplore: 3 hosts, 1 pair, log 2, generations 5, faults 2, power-off at any generation; no symmetry, no reduction",
  )
  const scope = scopeOf(core)
  const { tally, bytes } = sweep(scope)
  say(
    `  ${figure(tally.states)} states, ${figure(tally.transitions)} transitions, ${(bytes / tally.states).toFixed(1)} bytes a state`,
  )
  const verifiers = isHere("SPIN", spin.isPresent())
    ? {
        "SPIN, depth first, assertions": spin.verifierOf(promelaScope(2), {
          search: "dfs",
          assertions: true,
          cores: 1,
        }),
        "SPIN, depth first": spin.verifierOf(promelaScope(2), { search: "dfs", assertions: false, cores: 1 }),
        "SPIN, breadth first": spin.verifierOf(promelaScope(2), {
          search: "bfs",
          assertions: false,
          cores: 1,
        }),
        "SPIN, depth first, 2 cores": spin.verifierOf(promelaScope(2), {
          search: "dfs",
          assertions: false,
          cores: 2,
        }),
      }
    : {}
  const onOne: number[] = []
  const onTwo: number[] = []
  const measured: Record<string, readonly number[]> = inTurn(rounds, {
    limit: () => limitSeconds(3, tally.states, tally.transitions),
    ...Object.fromEntries(
      Object.entries(verifiers).map(([name, verifier]) => [name, () => verifier.search().seconds]),
    ),
  })
  for (let round = 0; round < rounds; round += 1) {
    onOne.push(await poolSeconds(scope, 1))
    onTwo.push(await poolSeconds(scope, 2))
  }
  for (const verifier of Object.values(verifiers)) verifier.remove()
  const all = { "ftpair, 1 worker": onOne, "ftpair, 2 workers": onTwo, ...measured }
  for (const [name, seconds] of Object.entries(all))
    say(
      `  ${name.padEnd(30)} ${figure(median(seconds)).padStart(7)} s  ${figure(tally.states / median(seconds)).padStart(10)} states/s  ${figure(ratio(seconds, onOne))} times ftpair's time on one worker`,
    )
}

/** A sweep by threads that have just begun, as the command runs it: an engine is fastest where it is the only one. */
const poolSeconds = async (scope: Scope, workers: number): Promise<number> => {
  const start = performance.now()
  await Effect.runPromise(sweepWith(scope, { workers, statesMax: Infinity, fingerprint: false }, () => {}))
  return (performance.now() - start) / 1000
}

/** The same verdict on the 30-million scope: by symmetry and reduction here, in full by SPIN. */
const benchVerdict = (): void => {
  say(
    "\nverdict: the same with faults 3, 29,803,752 states; symmetry and reduction against SPIN's full search",
  )
  const scope = scopeOf(thirtyMillion, true)
  const own = inTurn(rounds, { ftpair: () => secondsOf(() => sweep(scope)) }).ftpair
  say(`  ftpair                         ${figure(median(own)).padStart(7)} s`)
  if (!isHere("SPIN", spin.isPresent())) return
  const verifier = spin.verifierOf(promelaScope(3), {
    search: "dfs",
    assertions: true,
    cores: 1,
    hashBits: 26,
  })
  const { seconds, states } = verifier.search()
  verifier.remove()
  say(
    `  SPIN, depth first, assertions  ${figure(seconds).padStart(7)} s (one run, ${figure(states)} states)  ${figure(seconds / median(own))} times as long`,
  )
}

/** Random schedules on one core, all safety properties checked after every action. */
const benchRandom = (): void => {
  say("\nrandom: 3 hosts, 1 pair, log 2; actions a second")
  const config = plainConfig(3, 1, { log: 2 })
  const ids = catalogue.filter(({ family }) => family === "safety").map(({ id }) => id)
  let batch = 0
  let schedules = 0
  const engine = (): number => {
    batch += 1
    const start = performance.now()
    const { actions } = runEngineBatch(
      { protocolIn: protocolOf, mutant: null, properties: ids, config },
      "1",
      batch,
      20_000,
    )
    const seconds = (performance.now() - start) / 1000
    schedules = 20_000 / seconds
    return Object.values(actions).reduce((sum, n) => sum + n, 0) / seconds
  }
  engine()
  const contenders: Record<string, () => number> = {
    "ftpair, engine": engine,
    "fast-check, fc.commands": () => runCommands(config, 400).actionsPerSecond,
  }
  if (isHere("Quint (npm ci --ignore-scripts in test/bench/quint)", quint.isInstalled()))
    contenders["Quint, TypeScript backend"] = () => quint.simulate(200).stepsPerSecond
  const measured: Record<string, readonly number[]> = inTurn(rounds, contenders)
  const own = measured["ftpair, engine"] ?? []
  say(`  the engine runs ${figure(schedules)} schedules/s of up to 50 actions`)
  for (const [name, perSecond] of Object.entries(measured))
    say(
      `  ${name.padEnd(30)} ${figure(median(perSecond)).padStart(10)} actions/s  ftpair's is ${figure(ratio(own, perSecond))} times that`,
    )
}

/** A breadth-first search as anyone would first write it: plain objects, a Map, JSON for keys. */
const benchNaive = (): void => {
  say(
    "\nnaive: breadth first over JSON states, 3 hosts, 1 pair, faults 3, log 0, power-off never; states a second",
  )
  const config = plainConfig(3, 1, { faults: 3, log: 0, generations: 5, powerOffUpTo: 0 })
  const scope = scopeOf(config)
  sweep(scope)
  const measured = inTurn(rounds, {
    ftpair: () => {
      const start = performance.now()
      const { tally } = sweep(scope)
      return tally.states / ((performance.now() - start) / 1000)
    },
    naive: () => searchNaively(config, coreKinds).statesPerSecond,
  })
  say(
    `  ftpair ${figure(median(measured.ftpair))}, naive ${figure(median(measured.naive))}: ${figure(ratio(measured.ftpair, measured.naive))} times`,
  )
}

const benchFleet = (): void => {
  say("\nfleet: the placement index")
  for (const line of fleetBench()) say(`  ${line}`)
}

const sections: Readonly<Record<string, () => void | Promise<void>>> = {
  explore: benchExplore,
  verdict: benchVerdict,
  random: benchRandom,
  naive: benchNaive,
  fleet: benchFleet,
  conform: () => conformBench(rounds, say),
  validate: () => {
    validateBench(say)
  },
}

/** Runs one section in a process of its own, to its end; whether it succeeded. */
const succeedsAlone = (name: string): boolean =>
  spawnSync(process.execPath, [fileURLToPath(import.meta.url), name], { stdio: "inherit" }).status === 0

const named = process.argv.slice(2)
const asked = named.length === 0 ? Object.keys(sections) : named
const unknown = asked.find((name) => sections[name] === undefined)
if (unknown !== undefined) {
  process.stderr.write(`bench: no part ${unknown}. There are: ${Object.keys(sections).join(", ")}.\n`)
  process.exitCode = 1
} else if (asked.length === 1) await sections[asked[0] as string]?.()
else if (!asked.every(succeedsAlone)) process.exitCode = 1
