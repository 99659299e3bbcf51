import type { Machine } from "../machine.ts"

/**
 * Controls of copies as numbers, 0 for no copy: how they are taken out of cells and put back, and how their fields are read and
 * changed.
 */
export type Controls = ReturnType<typeof controlsIn>

/** Controls of one cell: each is what the cell holds. */
export const controlsIn = ({ layout, set }: Machine) => {
  const { phase: phaseField, generation, released, peer: peerField, delivered, acked } = layout.copy
  const controlAt = (from: Int32Array, first: number): number => from[first] as number
  const writeAt = (first: number, control: number): void => {
    set(first, control)
  }
  const phaseIn = (control: number): number => control & phaseField.mask
  const generationIn = (control: number): number => (control >>> generation.shift) & generation.mask
  const releasedIn = (control: number): number => (control >>> released.shift) & released.mask
  const peerIn = (control: number): number => (control >>> peerField.shift) & peerField.mask
  const deliveredIn = (control: number): number => (control >>> delivered.shift) & delivered.mask
  const ackedIn = (control: number): number => (control >>> acked.shift) & acked.mask
  const channelMask =
    (peerField.mask << peerField.shift) | (delivered.mask << delivered.shift) | (acked.mask << acked.shift)

  /** A control of these parts, without a channel. */
  const control = (phaseNow: number, generationNow: number, releasedNow: number): number =>
    phaseNow | (generationNow << generation.shift) | (releasedNow << released.shift)
  const withPhase = (old: number, phaseNow: number): number => (old & ~phaseField.mask) | phaseNow
  const withGeneration = (old: number, now: number): number =>
    (old & ~(generation.mask << generation.shift)) | (now << generation.shift)
  const withReleased = (old: number, now: number): number =>
    (old & ~(released.mask << released.shift)) | (now << released.shift)
  const withChannel = (old: number, peerNow: number, deliveredNow: number, ackedNow: number): number =>
    (old & ~channelMask) |
    (peerNow << peerField.shift) |
    (deliveredNow << delivered.shift) |
    (ackedNow << acked.shift)
  const withoutChannel = (old: number): number => old & ~channelMask

  return {
    controlAt,
    writeAt,
    phaseIn,
    generationIn,
    releasedIn,
    peerIn,
    deliveredIn,
    ackedIn,
    control,
    withPhase,
    withGeneration,
    withReleased,
    withChannel,
    withoutChannel,
  }
}
