import { choice, withExitCodes, withOutputFlags, type AddCommand } from "../command.ts"
import { exitCodes } from "../exit.ts"
import type { ExploreFlags } from "./flags.ts"
import { folderFlag, propertyFlag, workersFlag } from "../shared-flags.ts"

export const addExplore: AddCommand = (program, parse, end) => {
  const command = program
    .command("explore")
    .description("explores every state within bounds, breadth first, for shortest counterexamples")
    .option(
      "--config <file>",
      "explore this cluster; its bounds give way to those below (default: the one of --hosts and --pairs; a mutant may bring its own)",
    )
    .option("--hosts <n>", "number of plain hosts; not with --config (default: 3)", parse.parseSize)
    .option("--pairs <n>", "number of pairs; not with --config (default: 1)", parse.parseSize)
    .option("--log <n>", "largest number of entries in a log (default: 2)", parse.parseLog)
    .option("--generations <n>", "largest generation of a lock (default: 5)", parse.parseSize)
    .option("--faults <n>", "largest number of faults in the whole cluster (default: 2)", parse.parseBound)
    .option(
      "--power-off-up-to <n>",
      "largest generation at which PowerOff is allowed (default: any)",
      parse.parseBound,
    )
    .option(
      "--fences-up-to <n>",
      "largest generation at which the test operations are allowed, and what suspends FT or turns it off (default: any)",
      parse.parseBound,
    )
    .option(
      "--window <n>",
      "explore every run, without bounds: the largest number of entries in a log that are not done with everywhere (default: none, or with --form 1; of a mutant 2)",
      parse.parseLog,
    )
    .addOption(
      choice(
        "--form <form>",
        "explore every run: which generations are told apart, all by rank, or the lock's from others (default: with --window bit; of a mutant ranks)",
        ["ranks", "bit"],
      ),
    )
    .option(
      "--actions <kinds>",
      "core, all, or a comma-separated list of kinds of action (default: core; with --mutant all, those on FT only if it is about that)",
      parse.parseActions,
    )
    .addOption(
      propertyFlag(
        parse,
        "all but those that multiply the states, which the report names; all with --mutant",
      ),
    )
    .option(
      "--mutant <name>",
      "explore a protocol with one deliberate fault (default: none)",
      parse.parseMutant,
    )
    .option("--no-symmetry", "treat states as different that differ only by swapping hosts or pairs")
    .option(
      "--reduction",
      "take steps that only enable more at once, and skip the states before them (default: no)",
    )
    .option("--no-reduction", "follow every step (the default)")
    .option(
      "--require <names>",
      "comma-separated kinds of action and witnesses that must be seen beside those that the scope promises",
      parse.parseRequired,
    )
    .option("--liveness", "check liveness on the state graph too, under weak fairness")
    .addOption(
      choice("--engine <engine>", "what computes the steps: the packed engine, or the model itself", [
        "packed",
        "model",
      ]).default("packed"),
    )
    .option(
      "--max-states <n>",
      "stop before exceeding this number of states (default: what memory holds)",
      parse.parseStates,
    )
    .option("--fingerprint", "keep a 63-bit fingerprint of each state instead of all of it")
    .addOption(workersFlag(parse.parseExplorers, ", at most 32"))
    .option("--dot <file>", "draw the state graph of a small scope, for Graphviz")
    .addOption(folderFlag("counterexamples"))
    .action(async (flags: ExploreFlags) => {
      end(await (await import("./explore.ts")).exploreScope(flags))
    })
  withExitCodes(withOutputFlags(command), [
    exitCodes.deadlock,
    exitCodes.safety,
    exitCodes.liveness,
    exitCodes.divergence,
    exitCodes.vacuous,
    exitCodes.inconclusive,
  ])
}
