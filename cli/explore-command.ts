import { choice, withOutputFlags, type AddCommand } from "./command.ts"
import type { ExploreFlags } from "./explore.ts"

export const addExplore: AddCommand = (program, parse, end) => {
  const command = program
    .command("explore")
    .description("every state within bounds, breadth first: shortest counterexamples, or none")
    .option("--config <file>", "in this cluster")
    .option("--hosts <n>", "plain hosts (default: 3)", parse.parseSize)
    .option("--pairs <n>", "pairs (default: 1)", parse.parseSize)
    .option("--log <n>", "entries in one log (default: 2)", parse.parseBound)
    .option("--generations <n>", "the largest generation of a lock (default: 5)", parse.parseSize)
    .option("--faults <n>", "faults of the whole cluster (default: 2)", parse.parseBound)
    .option("--power-off-up-to <n>", "the largest generation at which PowerOff is offered", parse.parseBound)
    .option("--fences-up-to <n>", "the largest generation at which the tests are offered", parse.parseBound)
    .option("--actions <kinds>", "core, all, or kinds with commas between them", parse.parseActions)
    .option("--property <id>", "ask only this; * for any letters; may be repeated", parse.collectProperties)
    .option("--mutant <name>", "a protocol with one thing wrong, on purpose", parse.parseMutant)
    .option("--no-symmetry", "tell apart what differs only in which host or pair is which")
    .option("--reduction", "follow only what steps that make more possible lead to (default: no)")
    .option("--no-reduction", "follow every step")
    .option(
      "--require <names>",
      "kinds of action and witnesses that must be seen, with commas between them",
      parse.parseRequired,
    )
    .option("--liveness", "ask liveness on the state graph too, under weak fairness")
    .addOption(choice("--engine <engine>", "what steps", ["packed", "model"]).default("packed"))
    .option(
      "--max-states <n>",
      "stop before more states than this (default: what memory holds)",
      parse.parseStates,
    )
    .option("--fingerprint", "keep 63 bits of each state, not all of it")
    .option(
      "--workers <n>",
      "how many worker threads, 32 at the most (default: one a core)",
      parse.parseExplorers,
    )
    .option("--dot <file>", "draw the state graph of a small scope, for Graphviz")
    .option("--out <dir>", "where counterexamples are kept (default: .ftpair/failures)")
    .action(async (flags: ExploreFlags) => {
      end(await (await import("./explore.ts")).exploreScope(flags))
    })
  withOutputFlags(command)
}
