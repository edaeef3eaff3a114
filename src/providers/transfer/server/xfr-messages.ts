import { encodeMessage } from "../../../dns/message/encode.ts";
import type { Message, WireRecord } from "../../../dns/message/message.ts";
import { recordBytes } from "../zone/wire-rrset.ts";

/**
 * Yields the messages of one transfer on demand. The first has the question, and the others don't (RFC 5936 2.2.1). Each has
 * about 16 KiB, the limit of compression pointers (RFC 1035 4.1.4), and takes one or two milliseconds. With `reserved` bytes it
 * is never over 64 KiB.
 */
export function* transferMessages(
  head: Message,
  records: Iterable<WireRecord>,
  reserved: number,
): Generator<Uint8Array, void> {
  let answers: WireRecord[] = [];
  let bytes = 0;
  let isFirst = true;
  const message = (): Uint8Array => {
    const made = encodeMessage({ ...head, ...(isFirst ? {} : LATER), answers });
    isFirst = false;
    answers = [];
    bytes = 0;
    return made;
  };
  for (const record of records) {
    const more = recordBytes(record);
    if (bytes > 0 && bytes + more > FILL_BYTES - reserved) {
      yield message();
    }
    answers.push(record);
    bytes += more;
  }
  yield message();
}

const LATER = { questions: [] } satisfies Partial<Message>;
const FILL_BYTES = 16_384;
