import { describe, expect, it } from "vitest"
import { describe as written } from "../model/action.ts"
import type { Config, Registration } from "../model/config.ts"
import { ftState, type FtState } from "../model/ft-state.ts"
import type { Protocol, RequirementId } from "../model/protocol.ts"
import type { NeedSecondaryReason } from "../model/reason.ts"
import { initial, type State } from "../model/state.ts"
import { fairlyEnabled, step } from "../model/step.ts"
import { mutantNamed } from "../properties/mutants/catalogue.ts"
import { mutated } from "../properties/mutants/mutant.ts"
import { bounded, p1, schedule } from "./fixtures.ts"
import { specification } from "./specification.ts"

/** What a script leads to, of p1: the guard that refuses its last action, or the state at its end. Copies and logs are by name. */
type Ending = {
  readonly refused: string | null
  readonly ft: FtState
  readonly reason: NeedSecondaryReason | null
  readonly copies: readonly string[]
  readonly logs: Readonly<Record<string, string>>
  readonly released: Readonly<Record<string, number>>
  readonly world: string
  readonly registered: Registration
  readonly generation: number
  readonly faults: number
}

/**
 * A script, and what must be so at its end.
 *
 * Shape  `config` is, where it is left out, three plain hosts and one pair, at most two entries a log.
 *        `untilQuiescent`: after the script the protocol goes on by itself until it is quiescent. `brokenBy` names
 *        mutants under which the end is another.
 */
export type Scene = {
  readonly config?: Config
  readonly script: string
  readonly untilQuiescent?: boolean
  readonly ends: Partial<Ending>
  readonly brokenBy?: readonly string[]
}

type Shows = (title: string, scene: Scene) => void

const shown = new Map<RequirementId, Set<string>>()

/** Tests what a sentence says, by scenes; the specification must have these words of it under the requirement. */
export const sentence = (id: RequirementId, words: string, scenes: (shows: Shows) => void): void => {
  const mutants = shown.get(id) ?? new Set()
  shown.set(id, mutants)

  describe(`${id}: ${words}`, () => {
    it("stands in the specification", () => {
      const section = new RegExp(`^#### ${id}\\n([\\s\\S]*?)(?=^##)`, "m").exec(specification)?.[1] ?? ""

      expect(section.replace(/\s*\n> /g, " ")).toContain(words)
    })

    scenes(
      (title, { config = bounded({ log: 2 }), script, untilQuiescent = false, ends, brokenBy = [] }) => {
        const expected: Partial<Ending> = { refused: null, ...ends }

        it(title, () => {
          expect(endOf(mutated(null)(config), script, untilQuiescent)).toMatchObject(expected)
        })

        for (const name of brokenBy) {
          mutants.add(name)
          it(`${title}: not under ${name}`, () => {
            const mutant = mutantNamed(name)

            expect(mutant?.breaks).toContain(id)
            expect(endOf(mutated(mutant)(config), script, untilQuiescent)).not.toMatchObject(expected)
          })
        }
      },
    )
  })
}

/** The requirements of which a sentence has been shown. */
export const requirementsQuoted = (): readonly RequirementId[] => [...shown.keys()]

/** The mutants that have made a scene of the requirement false. */
export const mutantsShownFor = (id: RequirementId): readonly string[] => [...(shown.get(id) ?? [])]

// Helpers

/** Where the script leads. An action that is refused before the last ends it, with a word on which it was. */
function endOf(protocol: Protocol, script: string, untilQuiescent: boolean): Ending {
  let state = initial(protocol.config)
  const actions = schedule(script)
  for (const [n, action] of actions.entries()) {
    const outcome = step(protocol, state, action)
    if (outcome.tag === "refused")
      return ending(state, n === actions.length - 1 ? outcome.guard : `${written(action)}: ${outcome.guard}`)
    state = outcome.state
  }
  return untilQuiescent ? whenQuiescent(protocol, state) : ending(state, null)
}

/** Where the protocol leads by itself, always taking the first fair action, until none is enabled. */
function whenQuiescent(protocol: Protocol, from: State): Ending {
  let state = from
  for (let steps = 0; steps < 50; steps++) {
    const [next] = fairlyEnabled(protocol, state)
    if (next === undefined) return ending(state, null)
    state = next.state
  }
  return ending(state, "it never becomes quiescent")
}

function ending(state: State, refused: string | null): Ending {
  const pair = p1(state)
  return {
    refused,
    ft: ftState(pair),
    reason: pair.reason,
    copies: pair.copies.map(({ id, host, role, phase }) => `${id} on ${host}: ${role} ${phase}`),
    logs: Object.fromEntries(pair.copies.map(({ id, log }) => [id, log.map(entryText).join(" ")])),
    released: Object.fromEntries(pair.copies.map(({ id, released }) => [id, released])),
    world: pair.observed.map(entryText).join(" "),
    registered: pair.registered,
    generation: pair.lock.generation,
    faults: state.faults,
  }
}

function entryText({ generation, index }: { readonly generation: number; readonly index: number }): string {
  return `${generation}.${index}`
}
