/**
 * On which hosts each pair runs copies. Two, or a few while stale ones have not halted yet.
 *
 * Shape  `hosts` has `width` places for each pair, and `free` where there is no copy. The width grows to the most
 *        copies that a pair has ever had.
 */
export type Copies = { hosts: Int32Array; width: number }

const free = -1

/** No copy of any of so many pairs. */
export const noCopies = (pairs: number): Copies => ({ hosts: new Int32Array(pairs * 2).fill(free), width: 2 })

export const addCopy = (copies: Copies, pair: number, host: number): void => {
  const place = placeOf(copies, pair, free)
  if (place !== null) {
    copies.hosts[place] = host
    return
  }
  grow(copies)
  addCopy(copies, pair, host)
}

/** A copy that is not there is a defect of the caller. */
export const removeCopy = (copies: Copies, pair: number, host: number): void => {
  const place = placeOf(copies, pair, host)
  if (place === null)
    throw new Error(`defect: the pair numbered ${pair} has no copy on the host numbered ${host}`)
  copies.hosts[place] = free
}

export const runsOn = (copies: Copies, pair: number, host: number): boolean =>
  placeOf(copies, pair, host) !== null

export const hostsOf = ({ hosts, width }: Copies, pair: number): readonly number[] =>
  [...hosts.subarray(pair * width, (pair + 1) * width)].filter((host) => host !== free)

const placeOf = ({ hosts, width }: Copies, pair: number, host: number): number | null => {
  const end = (pair + 1) * width
  for (let place = end - width; place < end; place += 1) if (hosts[place] === host) return place
  return null
}

const grow = (copies: Copies): void => {
  const { hosts, width } = copies
  const wider = new Int32Array(hosts.length * 2).fill(free)
  for (let place = 0; place < hosts.length; place += 1)
    wider[Math.floor(place / width) * width * 2 + (place % width)] = hosts[place] as number
  copies.hosts = wider
  copies.width = width * 2
}
