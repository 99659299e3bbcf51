// The API of the conformance kit: what `import … from "ftpair/conform"` gives.

export { profileNames, type ProfileName } from "./profile-name.ts"
export { Answer, answers, Ask, asks, errorCodes, faults, Hello, wireVersion, type FaultCode } from "./wire.ts"

export { startChild, type OnLine } from "./child.ts"
export { AdapterFault } from "./fault.ts"
export { inProcess } from "./in-process.ts"
export type { AskBody, Peer, Reply } from "./peer.ts"
export { greet, leave, type CaseResult, type Divergence, type Tally } from "./session.ts"
export type { Start } from "./asker.ts"
export { connectionOf, starterOf, type CaseOutcome, type Connection } from "./connection.ts"

export { lockProfile } from "./lock-profile.ts"
export { pairProfile } from "./pair-profile.ts"
export type { AskedAction, Profile } from "./profile.ts"
export { withGround, withLogGround, type Ground } from "./profiles.ts"
export type { Case, CaseSource } from "./case-source.ts"

export { conform, type Conformance, type ConformSpec, type FailedCase, type Progress } from "./campaign.ts"
export { caseOf, namedCases } from "./named.ts"
export { isFailing, type Failing } from "./attempt.ts"
export { shrink, type Shrunk, type Steadiness } from "./shrink.ts"

export { headerIn, lineReader, LogHeader, objectIn, textLines, type LogLine } from "./log.ts"
export { LogMap, mapped } from "./log-map.ts"
export { observed, project, type Json, type ObservationSchema } from "./observation.ts"
export { follower, type LogOptions, type Validation } from "./validate.ts"
