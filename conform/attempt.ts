import type { Config } from "../model/config.ts"
import type { CaseOutcome } from "./connection.ts"
import { AdapterFault } from "./fault.ts"
import type { Reply } from "./peer.ts"
import type { AskedAction, Profile } from "./profile.ts"

/** The outcomes that are failures of the implementation. */
export type Failing<S> = Extract<CaseOutcome<S>, { readonly tag: "diverged" | "broken" }>

/** The answers up to a failure, inclusive. */
export const repliesOf = <S>(outcome: Failing<S>): readonly Reply[] =>
  outcome.tag === "diverged" ? outcome.replies : (outcome.fault.replies ?? [])

/** A failure without the answers before it. */
export const withoutReplies = <S>(outcome: Failing<S>): Failing<S> => {
  if (outcome.tag === "diverged") return { ...outcome, replies: [] }
  const { code, detail, line, log } = outcome.fault
  return { ...outcome, fault: new AdapterFault({ code, detail, line, log }) }
}

export const isFailing = <S>(outcome: CaseOutcome<S>): outcome is Failing<S> =>
  outcome.tag === "diverged" || outcome.tag === "broken"

/** An action that is asked; a probe is one that the model refused when it was drawn. */
export type Probe = { readonly action: AskedAction; readonly isProbe: boolean }

/** A case that fails, in the form that shrinking works on. */
export type Attempt<S> = {
  readonly config: Config
  readonly probes: readonly Probe[]
  readonly outcome: Failing<S>
}

/** Whether an outcome is a failure like the first. */
export const isAlike = <S>(first: Failing<S>, again: CaseOutcome<S>): again is Failing<S> =>
  first.tag === "broken"
    ? again.tag === "broken" && again.fault.code === first.fault.code
    : again.tag === "diverged"

/** The actions, with whether the model refuses each. */
export const probed = <S>(
  profile: Profile<S>,
  config: Config,
  actions: readonly AskedAction[],
): readonly Probe[] => {
  let state = profile.initial(config)
  return actions.map((action) => {
    const outcome = profile.step(config, state, action)
    if (outcome.tag === "next") state = outcome.state
    return { action, isProbe: outcome.tag === "refused" }
  })
}
