import { choice, withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import type { Shown, TimingFlags } from "./timing.ts"

const shown: readonly Shown[] = [
  "primary-host",
  "primary-copy",
  "secondary-host",
  "secondary-copy",
  "link",
  "dual-execution",
  "stale-copy",
  "restored",
]

export const addTiming: AddCommand = (program, _parse, end) => {
  const command = withOutputFlags(
    program
      .command("timing")
      .description(
        "the bounds that follow from a cluster's times: detection, failover, redundancy, dual execution",
      )
      .option(
        "--config <file>",
        "a configuration, of which only `time` counts (default: the usual times, as docs/time.md has them)",
      )
      .addOption(choice("--show <bound>", "a worst run for one bound", shown))
      .option("--out <file>", "with --show: write that run as a schedule"),
  ).action(async (flags: TimingFlags) => {
    end((await import("./timing.ts")).timing(flags))
  })
  withExitCodes(command, [exitCodes.inconclusive])
}
