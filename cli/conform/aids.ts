import { adviceFor, type Advice } from "../../conform/advice.ts"
import type { Connection } from "../../conform/connection.ts"
import { namedCases } from "../../conform/named.ts"
import { isOffered } from "../../conform/times.ts"
import type { Ground } from "../../conform/profiles.ts"
import type { AskedAction } from "../../conform/profile.ts"
import { isFailing } from "../../conform/attempt.ts"
import type { ProfileName } from "../../conform/profile-name.ts"
import type { Hello } from "../../conform/wire.ts"
import { plainConfig } from "../../model/config.ts"
import { initial } from "../../model/state.ts"
import { stateJsonOf } from "../../traces/state-json.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { failuresFolder } from "../../traces/store.ts"
import type { ConformFlags } from "./flags.ts"
import { faultLines } from "./report.ts"
import { textOf, whyText } from "./why.ts"
import { exitCodes, type ExitCode } from "../exit.ts"
import type { Output } from "../output.ts"
import type { Style } from "../style.ts"

const tryOutCluster = plainConfig(3, 1)

/** What a first try asks, by profile: five steps from a power-on, or of a contest. */
const firstSteps: Readonly<Record<ProfileName, readonly AskedAction[]>> = {
  pair: [
    { kind: "PowerOn", pair: "p1", host: "h1" },
    { kind: "SpawnSecondary", copy: "p1.1", host: "h2" },
    { kind: "BeginLockstep", copy: "p1.1" },
    { kind: "JoinLockstep", copy: "p1.2" },
    { kind: "Record", copy: "p1.1" },
  ],
  lock: [
    { kind: "Contend", copy: "p1.1", generation: 1 },
    { kind: "TryLock", copy: "p1.1" },
    { kind: "Contend", copy: "p1.2", generation: 1 },
    { kind: "TryLock", copy: "p1.2" },
    { kind: "Pause", host: "h1" },
  ],
  placement: [{ kind: "PowerOn", pair: "p1", state: stateJsonOf(initial(tryOutCluster)) }],
}

/** For a first try: the handshake and five steps, one after the other, with what each came to. */
export const smoke = async <S>(
  { style, say }: Output,
  connection: Connection<S>,
  { profile }: Ground<S>,
): Promise<ExitCode> => {
  const steps = firstSteps[profile.name].filter(({ kind }) =>
    (connection.hello.actions as readonly string[]).includes(kind),
  )
  say(`  hello    ${style.good("answered")}`)
  for (let n = 0; n <= steps.length; n += 1) {
    const asked = steps.slice(0, n)
    const outcome = await connection.trial(tryOutCluster, asked)
    const name = n === 0 ? "reset" : textOf(asked.at(-1) as AskedAction)
    if (!isFailing(outcome)) {
      const skipped =
        outcome.tag === "skipped" || outcome.tally.skipped + outcome.tally.errors >= Math.max(n, 1)
      say(`  ${name.padEnd(28)} ${skipped ? style.warn("skipped") : style.good("as the model has it")}`)
      continue
    }
    say(
      `  ${name.padEnd(28)} ${style.bad(outcome.tag === "diverged" ? "not as the model has it" : outcome.fault.code)}`,
    )
    const lines =
      outcome.tag === "diverged"
        ? outcome.frontier.map((ruledOut) => `    ${whyText(ruledOut, outcome.shown)}`)
        : faultLines(style, outcome.fault).slice(1)
    say(...lines)
    return outcome.tag === "diverged" ? exitCodes.divergence : exitCodes.foreign
  }
  say(style.good("the wire works; leave out --smoke for the whole"))
  return exitCodes.ok
}

/** Which mutants an implementation that shows so much could hide, and what it would have to show. */
export const advise = async (
  { style, say, document }: Output,
  hello: Hello,
  flags: Pick<ConformFlags, "out">,
  seed: string,
): Promise<ExitCode> => {
  if (hello.profile !== "pair")
    throw new BadInput({
      message: `--advise: the mutants are of the profile pair, and this is of the profile ${hello.profile}`,
    })
  const drivable = new Set<string>(hello.actions)
  const named = namedCases("pair", flags.out ?? failuresFolder).filter(
    ({ config, actions }) =>
      isOffered(config, hello.actions) && actions.every(({ kind }) => drivable.has(kind)),
  )
  const advice = await adviceFor(hello, named, seed)
  say(...adviceLines(style, advice))
  document({ observes: hello.observes, ...advice })
  return exitCodes.ok
}

const adviceLines = (style: Style, { visible, invisible, fields }: Advice): readonly string[] => {
  const all = visible.length + invisible.length
  if (invisible.length === 0)
    return [style.good(`  each of the ${all} mutants of the protocol would be found by what is shown`)]
  return [
    `  ${visible.length} of the ${all} mutants of the protocol would be found by what is shown; these would not:`,
    ...invisible.flatMap(({ mutant, story, tellers }) => [
      `  ${style.warn(mutant)}: ${story}`,
      style.faint(
        tellers.length === 0
          ? "    no field would show it, with the actions that are taken"
          : `    would be shown by ${tellers.join(", or by ")}`,
      ),
    ]),
    ...(fields.length === 0
      ? []
      : [`  to find all that a field can show, show also: ${style.strong(fields.join(", "))}`]),
  ]
}
