// The face of the model: what `import … from "ftpair"` gives.

export { describe, kinds, type Action, type Kind } from "./action.ts"
export { plainConfig, unbounded, type Bounds, type Config } from "./config.ts"
export type { Copy, Phase, Role } from "./copy.ts"
export { ftState, type FtState } from "./ft-state.ts"
export { identity } from "./identity.ts"
export type { CopyId, Generation, HostId, PairId } from "./ids.ts"
export type { Guard, Outcome } from "./outcome.ts"
export type { Pair } from "./pair.ts"
export { bootHost, referenceHost } from "./policy.ts"
export { initial, type State } from "./state.ts"
export { enabled, rules, step, successors, type Rules, type Successor } from "./step.ts"
