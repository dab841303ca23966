/** Characters of a text that a segmenter gets at a time. In V8, each segment takes time proportional to the length of what it got. */
const WINDOW = 2048;
/** Boundaries closer to the end of a window may depend on what comes after it. */
const MARGIN = 256;

/**
 * The segments of a text, as `segmenter.segment(text)` has them, in time proportional to the length of the text. Only within a run of more
 * than 2,048 characters of a script without spaces can words be divided elsewhere.
 */
export function* segmentsOf(segmenter: Intl.Segmenter, text: string): Iterable<Intl.SegmentData> {
  for (let from = 0, size = WINDOW; from < text.length; ) {
    const most = from + size < text.length ? size - MARGIN : size;
    let done = 0;
    for (const data of segmenter.segment(text.slice(from, from + size))) {
      const end = data.index + data.segment.length;
      if (end > most) break;
      yield Object.assign(data, { index: from + data.index });
      done = end;
      if (size > WINDOW) break;
    }
    from += done;
    // Twice as much for a segment that is longer than the window.
    size = done > 0 ? WINDOW : 2 * size;
  }
}
