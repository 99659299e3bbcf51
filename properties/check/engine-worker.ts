import { parentPort, workerData } from "node:worker_threads"
import { mutantNamed } from "../mutants/catalogue.ts"
import { modelOf, mutantsOf, type CampaignSpec } from "./campaign-spec.ts"
import type { BatchAnswer, BatchOrder } from "./order.ts"
import { runEngineBatch } from "./engine-runs.ts"

// A worker of a campaign that runs batches on the engine alone. It serves one cluster: the compiler makes the most of
// an engine that is the only one in its thread, and twice as much as of a second.

const spec = workerData as CampaignSpec
const runs = {
  protocolIn: modelOf(spec, mutantNamed),
  mutant: mutantsOf(spec).engine,
  properties: spec.properties,
  config: spec.config,
}

parentPort?.on("message", ({ batch, schedules }: BatchOrder) => {
  const result = runEngineBatch(runs, spec.seed, batch, schedules)
  parentPort?.postMessage({ tag: "done", result } satisfies BatchAnswer)
})
