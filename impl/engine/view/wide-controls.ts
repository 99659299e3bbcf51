import { controlTableOf } from "../control-table.ts"
import { withField } from "../field-bits.ts"
import type { Field } from "../layout.ts"
import type { Machine } from "../machine.ts"
import type { Controls } from "./controls.ts"

/** Controls of several cells, each known by its number in a table. */
export const wideControlsIn = ({ layout, set }: Machine): Controls => {
  const { controlCells } = layout
  const { phase, generation, released, peer, delivered, acked } = layout.copy
  const { numberOf, cellOf } = controlTableOf(controlCells)
  const changing = new Int32Array(controlCells)

  const reader =
    ({ cell, shift, mask }: Field) =>
    (control: number): number =>
      (cellOf(control, cell) >>> shift) & mask

  /** The control with some of its fields changed. */
  const changed = (old: number, ...changes: readonly (readonly [Field, number])[]): number => {
    for (let n = 0; n < controlCells; n += 1) changing[n] = cellOf(old, n)
    for (const [field, now] of changes)
      changing[field.cell] = withField(changing[field.cell] as number, field, now)
    return numberOf(changing, 0)
  }

  const withChannel = (old: number, peerNow: number, deliveredNow: number, ackedNow: number): number =>
    changed(old, [peer, peerNow], [delivered, deliveredNow], [acked, ackedNow])

  return {
    controlAt: numberOf,
    writeAt: (first, control) => {
      for (let n = 0; n < controlCells; n += 1) set(first + n, cellOf(control, n))
    },
    phaseIn: reader(phase),
    generationIn: reader(generation),
    releasedIn: reader(released),
    peerIn: reader(peer),
    deliveredIn: reader(delivered),
    ackedIn: reader(acked),
    control: (phaseNow, generationNow, releasedNow) =>
      changed(0, [phase, phaseNow], [generation, generationNow], [released, releasedNow]),
    withPhase: (old, now) => changed(old, [phase, now]),
    withGeneration: (old, now) => changed(old, [generation, now]),
    withReleased: (old, now) => changed(old, [released, now]),
    withChannel,
    withoutChannel: (old) => withChannel(old, 0, 0, 0),
  }
}
