import type { ProfileName } from "../../conform/profile-name.ts"
import type { OutputFlags } from "../output.ts"

/** The flags of `ftpair conform`. */
export type ConformFlags = OutputFlags & {
  readonly profile?: ProfileName
  readonly config?: string
  readonly runs?: number
  readonly time?: number
  readonly timeout?: number
  readonly run?: readonly string[]
  readonly knownFailing?: string
  readonly smoke?: true
  readonly advise?: true
  readonly record?: string
  readonly recorded?: string
  readonly scaffold?: string
  readonly seed?: string
  readonly out?: string
}
