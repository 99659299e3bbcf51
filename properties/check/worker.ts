import { parentPort, workerData } from "node:worker_threads"
import { mutantNamed } from "../mutants/catalogue.ts"
import { runBatch, type BatchResult } from "./batch.ts"
import { judgeFor, modelOf, mutantsOf, type CampaignSpec } from "./campaign-spec.ts"
import { runVolume } from "./volume.ts"

// One worker of a campaign: it is told the number of a batch, how many schedules it has and what runs them, and
// answers with what they were. Of a schedule that fails it tells before, as it was drawn.

/** What a worker is asked. */
export type BatchOrder = {
  readonly on: "model" | "engine"
  readonly batch: number
  readonly schedules: number
}

/** What a worker answers: the batch when it is done; before, the one schedule that failed and is now made short. */
export type BatchAnswer = { readonly tag: "done" | "found"; readonly result: BatchResult }

const answer = (tag: BatchAnswer["tag"], result: BatchResult): void => {
  parentPort?.postMessage({ tag, result } satisfies BatchAnswer)
}

const spec = workerData as CampaignSpec
const judgeIn = judgeFor(spec, mutantNamed)
const protocolIn = modelOf(spec, mutantNamed)
const { engine } = mutantsOf(spec)

parentPort?.on("message", ({ on, batch, schedules }: BatchOrder) => {
  const { config, seed, properties } = spec
  answer(
    "done",
    on === "model"
      ? runBatch(judgeIn, config, seed, batch, schedules, (unshrunk) => {
          answer("found", unshrunk)
        })
      : runVolume({ protocolIn, mutant: engine, properties, config }, seed, batch, schedules),
  )
})
