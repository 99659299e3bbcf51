// The API of the traces: what `import … from "ftpair/traces"` gives.

export { changesOf } from "./diff.ts"
export { minimise, type Minimality, type Minimised } from "../properties/shrink/minimise.ts"
export { BadInput } from "./bad-input.ts"
export { readConfig } from "./config.ts"
export { readStory, type Story } from "./read.ts"
export {
  outcomeOf,
  replay,
  verdictOf,
  type ViolationAt,
  type Replay,
  type ReplayOutcome,
  type Verdict,
} from "./replay.ts"
export { timelineText } from "./timeline.ts"
export { traceOf, writeTrace, type Counterexample } from "./write.ts"
