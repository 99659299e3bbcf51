/**
 * Foreign text as it may be shown: control characters (C0, C1, DEL), line and paragraph separators, characters that
 * turn the direction of writing, and halves of surrogate pairs are written as escapes, so that no text moves the
 * cursor, fakes a line or reads otherwise than it is.
 *
 * Shape  one line. Of a text longer than `lengthMax` the middle is left out, and the length is said.
 */
export const printable = (text: string, lengthMax = 2_000): string =>
  escaped(
    text.length <= lengthMax
      ? text
      : `${text.slice(0, lengthMax / 2)} … (${text.length} characters) … ${text.slice(-lengthMax / 4)}`,
  )

// eslint-disable-next-line no-control-regex -- these are what is looked for
const unprintable = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]|\p{Cs}/gu

const escaped = (text: string): string =>
  text.replace(unprintable, (found) => `\\u${found.charCodeAt(0).toString(16).padStart(4, "0")}`)
