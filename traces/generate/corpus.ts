import { join } from "node:path"
import { coreKinds, kinds, plainKinds, type Kind } from "../../model/action.ts"
import { initial } from "../../model/state.ts"
import { protocolOf } from "../../model/core.ts"
import { catalogue } from "../../properties/catalogue.ts"
import { begin, type Judge } from "../../properties/check/run.ts"
import { shortestFrom } from "../../properties/check/search.ts"
import { mutants } from "../../properties/mutants/catalogue.ts"
import { coreScope, kindsWith, mutated, scopeFor, type Mutant } from "../../properties/mutants/mutant.ts"
import type { Property } from "../../properties/property.ts"
import { corpusFolder } from "../package.ts"
import { replay } from "../replay.ts"
import { fileNameOf, storyOf, traceOf, writeTrace } from "../write.ts"

// Writes traces/corpus/: for every mutant and every property that it must break, a shortest counterexample in
// its scope, found breadth first. Run after a change of the format or of a rule: `npm run corpus`; for some mutants
// alone, `npm run corpus -- NAME …`.

/** Enough for the longest, of ten steps. */
const statesMax = 2_000_000

/**
 * The core's kinds, and those that the mutant is about; operations on FT, on rules and on links, and the passing of time, where
 * its scope is.
 */
const kindsFor = (mutant: Mutant): readonly Kind[] =>
  kinds.filter(
    (kind) =>
      coreKinds.includes(kind) ||
      (!plainKinds.includes(kind) && kindsWith(mutant).includes(kind)) ||
      mutant.change(protocolOf(coreScope)).rules[kind] !== protocolOf(coreScope).rules[kind] ||
      mutant.about?.includes(kind) === true,
  )

const write = (mutant: Mutant, property: Property): void => {
  const config = scopeFor(mutant, property.id)
  const judge: Judge = { protocol: mutated(mutant)(config), properties: [property], witnesses: [] }
  const found = shortestFrom(judge, begin(judge, initial(config)), 20, statesMax, kindsFor(mutant))
  if (found === "none" || found === "unknown" || found.violation === null) {
    process.stdout.write(
      `${mutant.name} ${property.id}: ${found === "none" ? "no violation" : "not found"}\n`,
    )
    return
  }
  const name = fileNameOf(property.id, storyOf(mutant.name))
  const { states } = replay(judge.protocol, [property], found.actions)
  const trace = traceOf(
    {
      property: property.id,
      step: found.violation.step,
      why: found.violation.why,
      config,
      mutant: mutant.name,
      actions: found.actions,
      states,
      found: "breadth first, within the bounds of the configuration",
      seed: null,
      minimality: "shortest",
      description: mutant.story,
    },
    `traces/corpus/${name}`,
  )
  writeTrace(join(corpusFolder, name), trace)
  process.stdout.write(`${name}: ${found.actions.length} steps\n`)
}

const named = process.argv.slice(2)

for (const mutant of mutants.filter(({ name }) => named.length === 0 || named.includes(name)))
  for (const property of catalogue.filter(({ id }) => id in mutant.killedBy && id !== "L0"))
    write(mutant, property)
