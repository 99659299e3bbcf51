// The API of the checker: what `import … from "ftpair/check"` gives.

export { runBatch, type BatchResult, type Failure } from "./batch.ts"
export { campaign, type Budget, type Campaign } from "./campaign.ts"
export { judgeFor, type CampaignSpec } from "./campaign-spec.ts"
export type { Judge, Run } from "./run.ts"
export { parseSeed } from "./seed.ts"
export { simulate } from "./simulate.ts"
export { enumerate, type Checks, type Census } from "../explore/enumerate.ts"
export {
  explore,
  type Company,
  type Exploration,
  type Explored,
  type ExploredViolation,
} from "../explore/explore.ts"
export { lassoAgainst, neededFairness, suffixOf, type Lasso, type Suffix } from "../explore/fairness.ts"
export { graphOf, marked, type NamedGraph, type Reading, type StateGraph } from "../explore/graph.ts"
export type { Scope } from "../explore/scope.ts"
export type { Move, Path, System } from "../explore/system.ts"
