/**
 * What may go to a terminal: text, newlines, tabs, the colours of `styleFor`, and the one sequence that clears a moving
 * line. Everything else that a terminal would obey, and half of a surrogate pair, is written as an escape, as in JSON, so that a JSON document stays
 * the same document.
 */
export const harmless = (text: string): string =>
  text.replace(
    obeyed,
    (found, ours: string | undefined) => ours ?? `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`,
  )

const obeyed =
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  /(\u001b\[(?:1|2|22|31|32|33|39)m|\r\u001b\[K|[\n\t])|[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/gu

/** Lets only harmless text through a stream: the last line of defence, behind `printable` where text is foreign. */
export const guardStream = (stream: NodeJS.WriteStream): void => {
  const write = stream.write.bind(stream) as (chunk: unknown, ...rest: readonly unknown[]) => boolean
  stream.write = (chunk: unknown, ...rest: readonly unknown[]) =>
    write(typeof chunk === "string" ? harmless(chunk) : chunk, ...rest)
}
