import type { Machine } from "./machine.ts"
import { booksIn } from "./view/books.ts"
import { copiesIn } from "./view/copies.ts"
import { fieldsIn } from "./view/fields.ts"
import { hostsIn } from "./view/hosts.ts"
import { lifecycleIn } from "./view/lifecycle.ts"
import { logsIn } from "./view/logs.ts"
import { pairsIn } from "./view/pairs.ts"
import { privacyIn } from "./view/privacy.ts"
import { relationsIn } from "./view/relations.ts"

/** How the rules read and change the state of a machine: everything is a number, and has a cell in which it stands. */
export type View = ReturnType<typeof viewOf>

export const viewOf = (machine: Machine) => {
  const { layout } = machine
  const { hosts, pairs } = layout
  const ofPairs = pairsIn(machine)
  const ofCopies = copiesIn(machine)
  const ofHosts = hostsIn(machine)
  return {
    machine,
    layout,
    hosts,
    pairs,
    slots: hosts * pairs,
    ...ofHosts,
    ...privacyIn(layout, ofHosts, ofCopies),
    ...ofPairs,
    ...booksIn(machine, ofPairs),
    ...ofCopies,
    ...logsIn(machine, ofPairs, ofCopies),
    ...fieldsIn(machine),
    ...relationsIn(layout, ofPairs, ofCopies),
    ...lifecycleIn(layout, ofPairs, ofCopies),
  }
}
