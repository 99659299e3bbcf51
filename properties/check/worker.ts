import { parentPort, workerData } from "node:worker_threads"
import { mutantNamed } from "../mutants/catalogue.ts"
import { runBatch } from "./batch.ts"
import { judgeFor, type CampaignSpec } from "./campaign-spec.ts"

// One worker of a campaign: it is told the number of a batch and how many schedules it has, and answers with
// what they were.

const spec = workerData as CampaignSpec
const judge = judgeFor(spec, mutantNamed)

parentPort?.on("message", ({ batch, schedules }: { readonly batch: number; readonly schedules: number }) => {
  parentPort?.postMessage(runBatch(judge, spec.config, spec.seed, batch, schedules))
})
