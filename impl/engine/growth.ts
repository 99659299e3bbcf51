/** The same numbers, with zeros after them to twice the length. */
export const doubled = (array: Int32Array): Int32Array<ArrayBuffer> => {
  const copy = new Int32Array(array.length * 2)
  copy.set(array)
  return copy
}
