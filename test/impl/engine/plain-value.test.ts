import { describe, expect, it } from "vitest"
import type { HostId } from "../../../model/ids.ts"
import { CapacityExceeded } from "../../../impl/engine/capacity.ts"
import { count, flag, host, oneOf, type FieldType } from "../../../impl/engine/fields.ts"
import { numberFor, valueFor, type PlainValue } from "../../../impl/engine/plain-value.ts"

const hosts: readonly HostId[] = ["h1", "h2", "h3"]

describe("a plain value", () => {
  it.each<[string, FieldType, PlainValue, number]>([
    ["a flag that is off", flag, false, 0],
    ["a flag that is on", flag, true, 1],
    ["a count", count(() => 9), 7, 7],
    ["one of some values", oneOf("none", "cold", "warm"), "warm", 2],
    ["null, called none", oneOf("none", "cold"), null, 0],
    ["a host", host(), "h3", 2],
    ["a host after two that are none", host("none", "gone"), "h1", 2],
    ["what is no host", host("none", "gone"), "gone", 1],
    ["no host at all", host("none"), null, 0],
  ])("has a number, and the number stands for it: %s", (_what, holds, value, number) => {
    expect(numberFor(holds, value, hosts)).toBe(number)
    expect(valueFor(holds, number, hosts)).toBe(value)
  })

  it("that is null is no host, also where one is called none", () => {
    const named = ["h1", "none"] as readonly HostId[]

    expect([null, "h1", "none"].map((value) => numberFor(host("none"), value, named))).toEqual([0, 1, 2])
    expect([0, 1, 2].map((number) => valueFor(host("none"), number, named))).toEqual([null, "h1", "none"])
  })

  it("that is absent is 0", () => {
    expect(numberFor(host("none"), undefined, hosts)).toBe(0)
  })

  it.each<[string, FieldType, PlainValue]>([
    ["a host of another cluster", host("none"), "h4"],
    ["a value that is not declared", oneOf("cold", "warm"), "hot"],
    ["null where there is no none", host(), null],
  ])("that the field does not have is refused: %s", (_what, holds, value) => {
    expect(() => numberFor(holds, value, hosts)).toThrow(CapacityExceeded)
  })
})
