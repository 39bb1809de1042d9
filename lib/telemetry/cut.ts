/**
 * Loki refuses a line whose fields are more than 64 KiB in total, with all that is in it; a message that is too long it
 * cuts by itself. A trace of all goroutines is longer, and is written when a program ends: the one line that is needed.
 */

/** Bytes of all fields as JSON, in which line ends count twice. Names and what Loki adds have the rest. */
const MOST = 60_000;
/** Bytes of one text: the first of these that is enough. With the last, a record may have 150 of them. */
const LONGEST = [24_000, 4_000, 400] as const;

/** The condition under which a record has to be looked at; `text` is its message and its fields in any form. */
export const mayBeLong = (text: string): string => `Len(${text}) > ${MOST}`;

/** What is cut off says so at its end. Behind the masks: half a secret would not be known for one. */
export const cutLong = (owner: string, text: string): string[] => {
  const all = `${owner}.attributes`;
  return LONGEST.map(
    (bytes) =>
      `truncate_all(${all}, ${bytes}, truncation_marker = "[cut off here, it was longer than ${bytes} bytes]") where ${mayBeLong(text)} and Len(String(${all})) > ${MOST}`,
  );
};
