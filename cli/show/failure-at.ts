import { modelRun } from "../../conform/artefact.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { withGround, type Ground } from "../../conform/profiles.ts"
import { isFailing } from "../../conform/attempt.ts"
import { judgedFailure, storedFailureIn, type StoredFailure } from "../../conform/stored-failure.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { printable } from "../../traces/printable.ts"
import { flat } from "../replay/failure.ts"
import { textOf } from "../conform/why.ts"
import type { Style } from "../style.ts"

/** What may happen after a step of a kept failure, for people and as JSON. */
type FailureAt = { readonly lines: (style: Style) => readonly string[]; readonly json: object }

/**
 * The model's state after step `n` of a failure of a lock, what is enabled there, and what is refused; null for a file
 * that keeps none, or one of the profile pair, which is shown like any trace. Throws `BadInput` where there is no such
 * step, and for a schedule of it: schedules are of the profile pair.
 */
export const failureAt = (file: string, n: number, out: string | undefined): FailureAt | null => {
  const failure = storedFailureIn(file)
  if (failure === null || failure.hello.profile === "pair") return null
  const { profile } = failure.hello
  if (profile === "placement")
    throw new BadInput({
      message: `${file}: a failure of the profile placement has no steps: expected no --at`,
    })
  if (out !== undefined)
    throw new BadInput({
      message: `--out ${out}: a schedule is of the profile pair, and ${file} is of the profile ${profile}: expected --at alone`,
    })
  return withGround(profile, (ground) => lockAt(ground, failure, n))
}

const lockAt = <S>({ profile, caseSource }: Ground<S>, failure: StoredFailure, n: number): FailureAt => {
  const { file, config, actions } = failure
  if (n > actions.length)
    throw new BadInput({ message: `${file}: expected a step from 0 to ${actions.length}, not ${n}` })
  const outcome = judgedFailure(profile, failure)
  const run = isFailing(outcome) ? modelRun(profile, { config, actions, outcome }) : []
  const before = run[n - 1]
  const state = before?.after ?? profile.initial(config)
  const answered = profile.kinds.flatMap((kind) =>
    caseSource
      .candidates(state, kind)
      .map((action) => ({ action, outcome: profile.step(config, state, action) })),
  )
  const enabled = answered.flatMap(({ action, outcome: said }) =>
    said.tag === "next" ? [{ action, changes: profile.changes(state, said.state) }] : [],
  )
  const refused = answered.flatMap(({ action, outcome: said }) =>
    said.tag === "refused" ? [{ action, guard: said.guard }] : [],
  )
  return {
    lines: (style) => [
      style.strong(
        before === undefined
          ? "at the start, by the model"
          : `after step ${n}, ${textOf(before.action)}, by the model`,
      ),
      ...[...flat(profile.view(state))].map(([at, value]) => `  ${at} ${value}`),
      "",
      style.strong("enabled"),
      ...enabledLines(enabled),
      "",
      style.strong("refused"),
      ...refusedLines(refused),
    ],
    json: { step: n, action: before?.action ?? null, state: profile.view(state), enabled, refused },
  }
}

const enabledLines = (
  enabled: readonly { readonly action: AskedAction; readonly changes: readonly string[] }[],
): readonly string[] => {
  const width = Math.max(0, ...enabled.map(({ action }) => textOf(action).length))
  return enabled.map(
    ({ action, changes }) =>
      `  ${textOf(action).padEnd(width)}  ${changes.length === 0 ? "changes nothing" : printable(changes.join("; "))}`,
  )
}

/** A line for each kind and guard. */
const refusedLines = (
  refused: readonly { readonly action: AskedAction; readonly guard: string }[],
): readonly string[] => {
  const groups = new Map<string, string[]>()
  for (const { action, guard } of refused) {
    const key = `${action.kind} ${guard}`
    groups.set(key, [...(groups.get(key) ?? []), textOf(action)])
  }
  return [...groups].map(([key, texts]) => `  ${texts.join(", ")}: ${key.split(" ")[1]}`)
}
