import { boundsOf, type Times } from "../../properties/time/bounds.ts"

/** What a failover is made of, one after the other. */
type FailoverPart = { readonly name: string; readonly from: number; readonly until: number }

/** The parts of a failover whose Primary's host fails, each as long as it may be: they add up to the bounds of that fault. */
export const partsOf = (time: Times): readonly FailoverPart[] => {
  const { after, answered, goLiveMost } = boundsOf(time)
  const lengths = [
    ["detection", after.primaryHost.live - answered.secondary],
    ["go-live delay", goLiveMost],
    ["lock", time.lockMax],
    ["start of a Secondary", time.respawnMax],
    ["synchronisation", time.syncMax],
  ] as const
  let from = 0
  return lengths.map(([name, length]) => {
    const part = { name, from, until: from + length }
    from = part.until
    return part
  })
}
