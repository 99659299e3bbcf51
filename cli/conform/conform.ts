import { conform, type Conformance } from "../../conform/campaign.ts"
import type { OnLine } from "../../conform/child.ts"
import { connectionOf, starterOf, type Connection } from "../../conform/connection.ts"
import { AdapterFault, Interrupted } from "../../conform/fault.ts"
import { matches } from "../../conform/named.ts"
import { withGround, type Ground } from "../../conform/profiles.ts"
import { recorderTo } from "../../conform/recording.ts"
import { greet, leave } from "../../conform/session.ts"
import { shrink } from "../../conform/shrink.ts"
import type { Hello } from "../../conform/wire.ts"
import { BadInput } from "../../traces/bad-input.ts"
import { failuresFolder, storeAt } from "../../traces/store.ts"
import { prepareFolder } from "../../traces/atomic-file.ts"
import { refuseBeside } from "../beside.ts"
import { advise, smoke } from "./aids.ts"
import { asFound, distinctFailures, shrinkingUntil, sortOfShrunk, reportFailure } from "./failure.ts"
import { conformLines, helloLines, reportFault } from "./report.ts"
import { judgeRecorded } from "./recorded.ts"
import { writeScaffold } from "./scaffold.ts"
import { candidatesMax, givenBy, specOf, type Given } from "./spec.ts"
import type { ConformFlags } from "./flags.ts"
import { faultJson, verdicts, type ConformReport, type Grouped } from "./outcome.ts"
import { exitCodes, worst, type ExitCode } from "../exit.ts"
import { interruption } from "../interruption.ts"
import { freshSeed } from "../options.ts"
import { outputFor, type Output } from "../output.ts"
import { casesOn } from "../progress.ts"

/** How long an answer may take, in milliseconds, unless it is said. */
const defaultTimeout = 5_000

/** How many different failures are shrunk. */
const shrunkMax = 3

/** Drives an implementation over the wire, and compares what it answers with the model. */
export const conformWith = async (command: readonly string[], flags: ConformFlags): Promise<ExitCode> => {
  if (flags.recorded !== undefined) {
    if (command.length > 0)
      throw new BadInput({ message: "--recorded asks no implementation: expected no command beside it" })
    refuseBeside("--recorded", "asks no implementation", flags, [
      ...asking,
      ...campaigning,
      "scaffold",
      "timeout",
    ])
    return judgeRecorded(flags.recorded, flags)
  }
  if (flags.scaffold !== undefined) {
    refuseBeside("--scaffold", "asks nothing", flags, [...asking, ...campaigning, "timeout"])
    return writeScaffold(flags.scaffold, command, flags)
  }
  if (command.length === 0)
    throw new BadInput({
      message: "expected the command that starts the implementation, after --: ftpair conform -- CMD ARG…",
    })
  if (flags.advise === true) refuseBeside("--advise", "runs no cases", flags, ["smoke", ...cases])
  if (flags.smoke === true) refuseBeside("--smoke", "is a first try", flags, [...campaigning, "json"])
  const given = givenBy(flags)
  if (flags.advise !== true && flags.smoke !== true) prepareFolder(storeAt(flags.out))
  if (flags.record === undefined) return driveOver(command, flags, given)
  const recorder = recorderTo(flags.record)
  const code = await driveOver(command, flags, given, recorder.onLine).catch((error: unknown) => {
    recorder.close()
    throw error
  })
  const unwritten = recorder.close()
  if (unwritten !== null && code === exitCodes.ok) throw unwritten
  const { note, warn } = outputFor(flags)
  if (unwritten !== null) warn(unwritten.message)
  else note(`wrote ${flags.record}`)
  return code
}

/** The flags that say how an implementation is asked, which cases are run, and what becomes of them. */
const asking = ["advise", "smoke", "record"] as const
const cases = ["run", "runs", "time", "config", "knownFailing"] as const
const campaigning = [...cases, "seed", "out"] as const

const driveOver = async (
  command: readonly string[],
  flags: ConformFlags,
  given: Given,
  onLine?: OnLine,
): Promise<ExitCode> => {
  const stop = interruption()
  const start = starterOf(command, flags.timeout ?? defaultTimeout, onLine, stop)
  const output = outputFor(flags)
  const seed = flags.seed ?? freshSeed()
  try {
    const peer = await start()
    try {
      const hello = await greet(peer)
      checkProfile(hello, flags)
      if (flags.advise === true) {
        await leave(peer)
        await peer.close()
        output.say(...helloLines(output.style, hello, seed))
        return await advise(output, hello, flags, seed)
      }
      return await withGround(hello.profile, (ground) => {
        const connection = connectionOf(start, { peer, hello }, ground.profile, candidatesMax)
        return flags.smoke === true
          ? tryOut(ground, connection, output)
          : drive(ground, connection, command, { ...flags, seed }, given, stop)
      })
    } catch (error) {
      await peer.close().catch(() => {})
      throw error
    }
  } catch (error) {
    if (error instanceof Interrupted) return interrupted(output)
    if (error instanceof AdapterFault) return reportFault(output, error)
    throw error
  }
}

/** What is said where a signal came before anything was asked. */
const interrupted = ({ say, document }: Output): ExitCode => {
  say("inconclusive, stopped before anything was asked")
  document({ verdict: verdicts[exitCodes.inconclusive] })
  return exitCodes.inconclusive
}

const checkProfile = ({ profile }: Hello, flags: ConformFlags): void => {
  if (flags.profile !== undefined && flags.profile !== profile)
    throw new BadInput({
      message: `--profile ${flags.profile}: the implementation says that it is of the profile ${profile}`,
    })
}

const tryOut = async <S>(ground: Ground<S>, connection: Connection<S>, output: Output): Promise<ExitCode> => {
  output.say(...helloLines(output.style, connection.hello, null))
  try {
    return await smoke(output, connection, ground)
  } finally {
    await connection.close()
  }
}

const drive = async <S>(
  ground: Ground<S>,
  connection: Connection<S>,
  command: readonly string[],
  flags: ConformFlags,
  given: Given,
  stop: AbortSignal,
): Promise<ExitCode> => {
  const { style, say, document, isText } = outputFor(flags)
  const folder = flags.out ?? failuresFolder
  const spec = { ...specOf(ground, connection.hello, flags, given, folder), isStopped: () => stop.aborted }
  say(...helloLines(style, connection.hello, spec.seed))
  const began = performance.now()
  const moving = casesOn(process.stderr, !isText)
  const reported: Grouped[] = []
  let shutdownFault: AdapterFault | null = null
  let result: Conformance<S>
  try {
    result = await conform(connection, ground.caseSource, spec, { progress: moving.show })
    const shrinkUntil = shrinkingUntil(spec.until, performance.now())
    const isLate = (): boolean => performance.now() > shrinkUntil
    for (const failure of distinctFailures(result.failed).slice(0, shrunkMax)) {
      const short = await shrink(connection, ground.caseSource, failure.case, failure.outcome, isLate).catch(
        (error: unknown) => {
          if (error instanceof Interrupted) return asFound(failure)
          throw error
        },
      )
      const sort = sortOfShrunk(short)
      const same = reported.findIndex((each) => each.sort === sort)
      const before = reported[same]
      if (before !== undefined && before.steps <= short.actions.length) {
        reported[same] = { ...before, alike: [...before.alike, failure.case.path] }
        continue
      }
      const one = reportFailure(connection, ground, failure, short, { folder, command, style })
      const alike = before === undefined ? [] : [...before.alike, before.case]
      reported.splice(before === undefined ? reported.length : same, 1, { ...one, sort, alike })
    }
  } finally {
    moving.end()
    await connection.close().catch((error: unknown) => {
      if (error instanceof AdapterFault) shutdownFault = error
      else if (!(error instanceof Interrupted)) throw error
    })
  }
  const wasAllRun = result.stopped === "done" && (flags.run ?? []).length === 0
  const stale = given.known.filter(
    (pattern) =>
      !result.known.some((path) => matches(pattern, path)) &&
      (wasAllRun || result.healed.some((path) => matches(pattern, path))),
  )
  const seconds = (performance.now() - began) / 1000
  const code = codeOf(result, stale, shutdownFault)
  const report = { hello: connection.hello, spec, result, reported, stale, seconds, shutdownFault, code }
  if (isText) say(...conformLines(style, report))
  document(jsonOf(report))
  return code
}

const codeOf = <S>(
  { failed, tally, beyond, stopped, isToured, unseen }: Conformance<S>,
  stale: readonly string[],
  shutdownFault: AdapterFault | null,
): ExitCode => {
  const compared = tally.taken + tally.refused
  return worst([
    ...(failed.some(({ outcome }) => outcome.tag === "diverged") ? [exitCodes.divergence] : []),
    ...(failed.some(({ outcome }) => outcome.tag === "broken") || shutdownFault !== null
      ? [exitCodes.foreign]
      : []),
    ...(stale.length > 0 ? [exitCodes.notAsPromised] : []),
    ...(failed.length === 0 &&
    shutdownFault === null &&
    ((compared === 0 && (stopped === "done" || stopped === "untold")) || (isToured && unseen.length > 0))
      ? [exitCodes.vacuous]
      : []),
    ...(beyond.length > 0 || stopped === "time" || stopped === "interrupted" ? [exitCodes.inconclusive] : []),
  ])
}

const jsonOf = ({ hello, spec, result, reported, stale, seconds, shutdownFault, code }: ConformReport) => ({
  verdict: verdicts[code] ?? "defect",
  implementation: hello.implementation,
  profile: hello.profile,
  observes: hello.observes,
  seed: spec.seed,
  cases: result.cases,
  answers: result.tally,
  scopes: result.scopes,
  toured: result.isToured,
  witnesses: result.witnesses,
  unseen: result.unseen,
  untaken: result.untaken,
  failures: reported.map(
    ({ case: path, alike, steps, minimality, cut, spent, file, difference, reproduce }) => ({
      case: path,
      alike,
      steps,
      minimality,
      cut,
      spent,
      file,
      ...difference,
      reproduce,
    }),
  ),
  failed: result.failed.map(({ case: { path } }) => path),
  known: result.known,
  stale,
  lacking: result.lacking,
  skipped: result.skipped,
  beyond: result.beyond,
  ...(shutdownFault === null ? {} : { fault: faultJson(shutdownFault) }),
  stopped: result.stopped,
  seconds,
})
