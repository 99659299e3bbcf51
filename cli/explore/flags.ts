import type { Kind } from "../../model/action.ts"
import type { Quotient } from "../../impl/engine/quotient.ts"
import type { OutputFlags } from "../output.ts"

/** The flags of `ftpair explore`, as commander gives them. */
export type ExploreFlags = OutputFlags & {
  readonly config?: string
  readonly hosts?: number
  readonly pairs?: number
  readonly log?: number
  readonly generations?: number
  readonly faults?: number
  readonly powerOffUpTo?: number
  readonly fencesUpTo?: number
  readonly window?: number
  readonly form?: Quotient["form"]
  readonly actions?: readonly Kind[]
  readonly property?: readonly string[]
  readonly mutant?: string
  readonly symmetry: boolean
  readonly reduction?: boolean
  readonly require?: readonly string[]
  readonly liveness?: true
  readonly engine: "model" | "packed"
  readonly maxStates?: number
  readonly fingerprint?: true
  readonly workers?: number
  readonly dot?: string
  readonly out?: string
}
