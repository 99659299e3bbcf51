import { parentPort, workerData } from "node:worker_threads"
import { mutantNamed } from "../mutants/catalogue.ts"
import { runBatch, type BatchResult } from "./batch.ts"
import { judgeFor, type CampaignSpec } from "./campaign-spec.ts"
import type { BatchAnswer, BatchOrder } from "./order.ts"

// A worker of a campaign that runs batches by the model. It reports a schedule that fails before it is shrunk.

const spec = workerData as CampaignSpec
const judgeIn = judgeFor(spec, mutantNamed)

const answer = (tag: BatchAnswer["tag"], result: BatchResult): void => {
  parentPort?.postMessage({ tag, result } satisfies BatchAnswer)
}

parentPort?.on("message", ({ batch, schedules }: BatchOrder) => {
  const found = (unshrunk: BatchResult): void => {
    answer("found", unshrunk)
  }
  answer("done", runBatch(judgeIn, spec.config, spec.seed, batch, schedules, found))
})
