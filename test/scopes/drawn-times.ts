import { boundsOf, type Times } from "../../properties/time/bounds.ts"

/** Times of clusters, drawn: short ones, of any proportions, in which there are no false alarms. Always the same. */
export const drawnTimes = (count: number): readonly Times[] => {
  const draw = dice(20_261)
  const found: Times[] = []
  while (found.length < count) {
    const times = timesBy(draw)
    if (boundsOf(times).isWithoutFalseAlarms) found.push(times)
  }
  return found
}

/** A whole number from `least` to `most`. */
type Draw = (least: number, most: number) => number

const timesBy = (draw: Draw): Times => ({
  heartbeatPeriod: draw(1, 2),
  logPeriod: draw(1, 2),
  delayMax: draw(0, 1),
  heartbeatTimeout: { primary: draw(1, 5), secondary: draw(1, 5) },
  silenceTimeout: { primary: draw(1, 5), secondary: draw(1, 5) },
  goLiveDelay: draw(0, 8),
  lockMax: draw(0, 2),
  syncMax: draw(0, 3),
  respawnMax: draw(0, 3),
  haDelay: draw(0, 3),
  driftEvery: draw(0, 1) === 0 ? 0 : draw(3, 6),
})

const dice = (seed: number): Draw => {
  let x = seed
  return (least, most) => {
    x = (Math.imul(x, 1_103_515_245) + 12_345) & 0x7fffffff
    return least + ((x >>> 8) % (most - least + 1))
  }
}
