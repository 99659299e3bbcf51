// The API of the properties: what `import … from "ftpair/properties"` gives.

export { arbitraryConfig, smallClusters } from "./arbitrary/config.ts"
export { arbitraryPlan, type Plan } from "./arbitrary/plan.ts"
export { arbitrarySwarm, type Swarm } from "./arbitrary/swarm.ts"
export { catalogue, matching } from "./catalogue.ts"
export { noHistory, remember, type History } from "./history.ts"
export { mutantNamed, mutants } from "./mutants/catalogue.ts"
export { guardMutants, type GuardMutant } from "./mutants/guards.ts"
export { mutated, type Mutant } from "./mutants/mutant.ts"
export type { Step } from "./step.ts"
export {
  ghostsOf,
  violatesWhenQuiescent,
  violationsOf,
  type Violation,
  type QuiescentPair,
  type PairStep,
  type Property,
} from "./property.ts"
export type { Witness } from "./witness.ts"
export { witnesses } from "./witnesses.ts"
