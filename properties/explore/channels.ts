// How the workers of a sweep talk to each other. For each pair of workers there is a ring in shared memory, with one
// writer and one reader, so that no lock is needed: the writer advances the count of keys put in, the reader the
// count of keys taken out. A worker that finds a ring full takes in what others have sent before it tries again;
// hence two workers that send to each other cannot deadlock.

/** The largest and the smallest capacity of a ring, in keys. */
const ringMost = 1 << 13
const ringMin = 1 << 7

/** How large all rings together may be. Units: bytes. */
const ringsMax = 1 << 26

/** How many keys a ring holds: the largest power of two with which all rings together fit into `ringsMax`. */
const ringSizeFor = (workers: number, words: number): number => {
  let size = ringMost
  while (size > ringMin && workers * (workers - 1) * size * (words + 2) * 4 > ringsMax) size >>= 1
  return size
}

/**
 * What the workers of a sweep share: a ring of keys from each to each, and a few counters. All of it is shared
 * memory, and goes to a worker as it is.
 *
 * Shape  `rings[from][to]`: keys with their hash and tag, one after the other; each holds `ringSize`. `counters`: for each ring, by
 *        from × workers + to, how many keys were ever put in and taken out; then the sweep's own.
 */
export type Channels = {
  readonly workers: number
  readonly words: number
  readonly ringSize: number
  readonly rings: readonly (readonly Int32Array[])[]
  readonly counters: Int32Array
}

/** The sweep's own counters, after those of the rings. */
const counter = Object.freeze({ stop: 0, arrived: 1, length: 2 })

/**
 * What each worker reports at the end of a BFS level, and what all of them then know: sums of the first two,
 * the minimum of the third and the maximum of the fourth. All read the same, so all decide alike.
 */
export type Summary = readonly [expanded: number, waiting: number, minimum: number, cut: number]

/** How many numbers a summary has. */
const summaryLength = 4

export const channelsOf = (workers: number, words: number): Channels => {
  const shared = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4))
  const all = Array.from({ length: workers }, (_, n) => n)
  const ringSize = ringSizeFor(workers, words)
  return {
    workers,
    words,
    ringSize,
    rings: all.map((from) => all.map((to) => shared(from === to ? 0 : ringSize * (words + 2)))),
    counters: shared(2 * workers * workers + counter.length + 2 * summaryLength * workers),
  }
}

/** Which of the workers owns the keys with this hash. */
export const ownerOf = (hash: number, workers: number): number => (hash & 0xffff) % workers

/** Takes a key that another worker has sent. */
type Receive = (keys: Int32Array, at: number, hash: number, tag: number) => void

/**
 * One worker's end of the channels.
 *
 * Shape  `send` puts a key into the ring to another worker; while there is no room it takes in what others have sent.
 *        `barrier` waits until all workers have finished a BFS level, takes in the last of what they sent, and returns
 *        the summary of all.
 */
export type Endpoint = {
  readonly send: (to: number, keys: Int32Array, at: number, hash: number, tag: number) => void
  readonly receive: () => void
  readonly barrier: (report: () => Summary) => Summary
}

export const endpointOf = (
  { workers, words, ringSize, rings, counters }: Channels,
  self: number,
  take: Receive,
): Endpoint => {
  const size = words + 2
  const own = 2 * workers * workers
  const inCount = (from: number, to: number): number => 2 * (from * workers + to)
  const outCount = (from: number, to: number): number => inCount(from, to) + 1
  // What this worker has put in and taken out, and how much room it last saw.
  const put = new Int32Array(workers)
  const taken = new Int32Array(workers)
  const seenOut = new Int32Array(workers)
  let barriers = 0

  const send = (to: number, keys: Int32Array, at: number, hash: number, tag: number): void => {
    const n = put[to] as number
    while (((n - (seenOut[to] as number)) | 0) >= ringSize) {
      seenOut[to] = Atomics.load(counters, outCount(self, to))
      if (((n - seenOut[to]) | 0) >= ringSize) receive()
    }
    const ring = (rings[self] as readonly Int32Array[])[to] as Int32Array
    const first = (n & (ringSize - 1)) * size
    for (let word = 0; word < words; word += 1) ring[first + word] = keys[at + word] as number
    ring[first + words] = hash
    ring[first + words + 1] = tag
    put[to] = (n + 1) | 0
    if ((n & 63) === 63) Atomics.store(counters, inCount(self, to), put[to])
  }

  const publish = (): void => {
    for (let to = 0; to < workers; to += 1) Atomics.store(counters, inCount(self, to), put[to] as number)
  }

  const receive = (): void => {
    for (let from = 0; from < workers; from += 1) {
      if (from === self) continue
      const end = Atomics.load(counters, inCount(from, self))
      const ring = (rings[from] as readonly Int32Array[])[self] as Int32Array
      let n = taken[from] as number
      if (n === end) continue
      for (; n !== end; n = (n + 1) | 0) {
        const first = (n & (ringSize - 1)) * size
        take(ring, first, ring[first + words] as number, ring[first + words + 1] as number)
      }
      taken[from] = end
      Atomics.store(counters, outCount(from, self), end)
    }
  }

  /** Waits until every worker has arrived, and meanwhile takes in what they send. */
  const arrive = (): void => {
    barriers += 1
    const all = barriers * workers
    const arrived = Atomics.add(counters, own + counter.arrived, 1) + 1
    if (arrived === all) Atomics.notify(counters, own + counter.arrived)
    for (;;) {
      const now = Atomics.load(counters, own + counter.arrived)
      if (now >= all) return
      receive()
      Atomics.wait(counters, own + counter.arrived, now, 1)
    }
  }

  const barrier = (report: () => Summary): Summary => {
    publish()
    arrive()
    receive()
    // Two places, taken in turn: one worker may already report the next level while another still reads.
    const place = own + counter.length + (barriers % 4 === 1 ? 0 : summaryLength * workers)
    report().forEach((value, n) => {
      Atomics.store(counters, place + summaryLength * self + n, value)
    })
    arrive()
    const sums: [number, number, number, number] = [0, 0, noLength, 0]
    for (let worker = 0; worker < workers; worker += 1) {
      sums[0] += Atomics.load(counters, place + summaryLength * worker)
      sums[1] += Atomics.load(counters, place + summaryLength * worker + 1)
      sums[2] = Math.min(sums[2], Atomics.load(counters, place + summaryLength * worker + 2))
      sums[3] = Math.max(sums[3], Atomics.load(counters, place + summaryLength * worker + 3))
    }
    return sums
  }

  return { send, receive, barrier }
}

/** The minimum where there is none: a length that no run has. */
export const noLength = 0x7fffffff

/** Tells the workers to stop. Each sees it when it next looks, and at the next barrier all agree on it. */
export const askToStop = ({ workers, counters }: Channels): void => {
  Atomics.store(counters, 2 * workers * workers + counter.stop, 1)
}

export const isAskedToStop = ({ workers, counters }: Channels): boolean =>
  Atomics.load(counters, 2 * workers * workers + counter.stop) === 1
