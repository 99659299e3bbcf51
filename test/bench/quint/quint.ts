import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { join } from "node:path"
import { packageRoot } from "../../../traces/package.ts"

/**
 * Random runs of the same model in Quint, `ftpair.qnt`, under Quint's TypeScript simulator, S1 checked after each step.
 *
 * Units  `seconds` is Quint's own figure, without its start, parse and type check; `wallSeconds` has them.
 */
type QuintFigures = {
  readonly traces: number
  readonly steps: number
  readonly seconds: number
  readonly wallSeconds: number
  readonly tracesPerSecond: number
  readonly stepsPerSecond: number
}

/** Whether Quint is installed, in its own folder: `npm ci` there. */
export const isInstalled = (): boolean => existsSync(quint)

/** Runs `samples` traces of at most `maxSteps` steps. A violation of S1 is a defect of that model, and thrown. */
export const simulate = (samples: number, maxSteps = 50, seed = 1): QuintFigures => {
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      quint,
      "run",
      "--backend=typescript",
      `--max-samples=${samples}`,
      `--max-steps=${maxSteps}`,
      `--seed=${seed}`,
      "--invariant=singlePrimary",
      "--verbosity=2",
      join(folder, "ftpair.qnt"),
    ],
    { encoding: "utf8" },
  )
  const wallSeconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`quint failed:\n${stdout}${stderr}`)
  const seconds = numberIn(stdout, /\((\d+)ms at/) / 1000
  const steps = samples * (numberIn(stdout, /average=([\d.]+)/) - 1)
  return {
    traces: samples,
    steps,
    seconds,
    wallSeconds,
    tracesPerSecond: samples / seconds,
    stepsPerSecond: steps / seconds,
  }
}

const folder = join(packageRoot, "test", "bench", "quint")

const quint = join(folder, "node_modules", "@informalsystems", "quint", "dist", "src", "cli.js")

const numberIn = (report: string, pattern: RegExp): number => {
  const found = pattern.exec(report)?.[1]
  if (found === undefined) throw new Error(`Quint's report has no ${pattern.source}:\n${report}`)
  return Number(found)
}
