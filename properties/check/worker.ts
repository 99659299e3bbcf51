import { parentPort, workerData } from "node:worker_threads"
import { mutantNamed } from "../mutants/catalogue.ts"
import { runBatch } from "./batch.ts"
import { judgeFor, mutantsOf, type CampaignSpec } from "./campaign-spec.ts"
import { runVolume } from "./volume.ts"

// One worker of a campaign: it is told the number of a batch, how many schedules it has and what runs them, and
// answers with what they were.

/** What a worker is asked. */
export type BatchOrder = {
  readonly on: "model" | "engine"
  readonly batch: number
  readonly schedules: number
}

const spec = workerData as CampaignSpec
const judge = judgeFor(spec, mutantNamed)
const { engine } = mutantsOf(spec)

parentPort?.on("message", ({ on, batch, schedules }: BatchOrder) => {
  const { config, seed, properties } = spec
  parentPort?.postMessage(
    on === "model"
      ? runBatch(judge, config, seed, batch, schedules)
      : runVolume({ rules: judge.rules, mutant: engine, properties, config }, seed, batch, schedules),
  )
})
