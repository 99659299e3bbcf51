// The face of the checker: what `import … from "ftpair/check"` gives.

export { runBatch, type BatchResult, type Failure } from "./batch.ts"
export { campaign, type Budget, type Campaign } from "./campaign.ts"
export { judgeFor, type CampaignSpec } from "./campaign-spec.ts"
export type { Judge, Run } from "./run.ts"
export { parseSeed } from "./seed.ts"
export { simulate } from "./simulate.ts"
